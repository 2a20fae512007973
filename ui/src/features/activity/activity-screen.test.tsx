import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { expectAccessible, renderScreen } from "../../testing/render";
import { ActivityScreen } from "./activity-screen";

const now = () => screen.findByRole("region", { name: "Now" });

it("shows what runs, how far it is, and what went wrong", async () => {
  renderScreen(<ActivityScreen />);
  const running = within(await now());
  expect(running.getByText(/30,752 of 49,600, 14 min left/)).toBeTruthy();
  expect(running.getByText(/22 per second/)).toBeTruthy();
  const past = within(screen.getByRole("region", { name: "Finished" }));
  expect(past.getByRole("alert").textContent).toContain("compare the folder again");
  await expectAccessible();
});

it("pauses, says so, and resumes", async () => {
  const { user, callsOf } = renderScreen(<ActivityScreen />);
  await user.click(await screen.findByRole("button", { name: "Pause" }));
  expect(await screen.findByText(/also after a restart/)).toBeTruthy();
  expect(within(await now()).getAllByText("Paused").length).toBeGreaterThan(0);
  await user.click(screen.getByRole("button", { name: "Resume" }));
  expect(await screen.findByRole("button", { name: "Pause" })).toBeTruthy();
  expect([callsOf("pause").length, callsOf("resume").length]).toEqual([1, 1]);
});

it("cancels a job", async () => {
  const { user, callsOf } = renderScreen(<ActivityScreen />);
  await user.click(within(await now()).getByRole("button", { name: "Cancel: Tidying the indexes" }));
  await waitFor(() => expect(within(screen.getByRole("region", { name: "Finished" })).getByText("Tidying the indexes")).toBeTruthy());
  expect(callsOf("cancelJob")).toEqual([["j3"]]);
});

it("follows the core's progress without being asked", async () => {
  const { platform, emit } = renderScreen(<ActivityScreen />);
  await now();
  platform.state.meaning = 0.8;
  platform.state.renewJobs();
  await emit("indexProgressed", platform.state.status());
  await waitFor(() => expect(screen.getAllByText(/of 49,600/)[0]?.textContent).toContain("39,680"));
});

it("says that there is nothing to do", async () => {
  const { platform, emit } = renderScreen(<ActivityScreen />);
  await now();
  platform.state.jobs = [];
  await emit("jobsChanged", null);
  expect(await screen.findByRole("heading", { name: "Nothing to do" })).toBeTruthy();
});

it("shows text in pictures as a stage where Tesseract is there, and says what to install where it is not", async () => {
  const { platform, emit } = renderScreen(<ActivityScreen />);
  expect(await screen.findByRole("progressbar", { name: "Pictures" })).toBeTruthy();
  expect(screen.getByText("Tesseract 5.3.0, eng")).toBeTruthy();
  platform.state.tesseract = null;
  await emit("indexProgressed", platform.state.status());
  expect(await screen.findByText(/install Tesseract/)).toBeTruthy();
  expect(screen.queryByRole("progressbar", { name: "Pictures" })).toBeNull();
});
