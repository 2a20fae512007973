import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { expectAccessible, renderScreen } from "../testing/render";
import { QUICK_SHEET } from "../features/quick/shortcuts";
import { KeySheet } from "./key-sheet";

it("lists every key of quick search, none twice", async () => {
  renderScreen(<KeySheet onClose={() => undefined} />);
  await expectAccessible();
  const group = within(screen.getByRole("region", { name: "Also in quick search" }));
  expect(group.getAllByRole("definition").map((what) => what.textContent)).toEqual(QUICK_SHEET.map(([, what]) => what));
  expect(new Set(QUICK_SHEET.map(([key]) => key)).size).toBe(QUICK_SHEET.length);
});
