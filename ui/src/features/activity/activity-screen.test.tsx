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

it("says why meaning waits, and goes on anyway", async () => {
  const { user, callsOf } = renderScreen(<ActivityScreen />, { start: "battery" });
  expect(await screen.findByText("Meaning waits: on battery at 22 %, below 30 %. Names and words go on, on 1 core, with rests.")).toBeTruthy();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Continue anyway" }));
  expect(callsOf("goOn")).toHaveLength(1);
  expect(await screen.findByText(/whatever battery and heat say/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Continue anyway" })).toBeNull();
});

it("says what slows it down, and nothing of it while it is paused", async () => {
  const { platform, emit } = renderScreen(<ActivityScreen />);
  await now();
  expect(screen.queryByText(/Indexing goes slowly/)).toBeNull();
  platform.state.governor = { state: "slowed", reason: "other programs are using the processor", threads: 1, rests: true, anyway: false };
  await emit("indexProgressed", platform.state.status());
  expect(await screen.findByText("Indexing goes slowly, on 1 core, with rests: other programs are using the processor.")).toBeTruthy();
  platform.state.paused = true;
  await emit("indexProgressed", platform.state.status());
  await waitFor(() => expect(screen.queryByText(/Indexing goes slowly/)).toBeNull());
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
