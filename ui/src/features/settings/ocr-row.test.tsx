import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { OcrView } from "../../platform";
import { OcrRow } from "./ocr-row";

const READY: OcrView = { state: "ready", version: "5.3.0", languages: ["eng"], installed: ["deu", "eng"], waiting: 0, message: null };
const MISSING: OcrView = { state: "missing", version: null, languages: [], installed: [], waiting: 2, message: "The text in 2 pictures and scans is not found yet: install Tesseract (the package tesseract-ocr)." };

it("offers the languages that are installed, those in use checked", async () => {
  const save = vi.fn();
  render(<OcrRow settings={{ enabled: true, languages: [] }} status={READY} problem={null} onSave={save} />);
  expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "English" }).checked).toBe(true);
  await userEvent.click(screen.getByRole("checkbox", { name: "German" }));
  expect(save).toHaveBeenCalledWith({ enabled: true, languages: ["eng", "deu"] }, expect.stringContaining("looked at again"));
});

it("says what to install, and nothing of languages, where Tesseract is missing", () => {
  render(<OcrRow settings={{ enabled: true, languages: [] }} status={MISSING} problem={null} onSave={vi.fn()} />);
  expect(screen.getByText(/install Tesseract/)).toBeTruthy();
  expect(screen.queryByRole("checkbox", { name: "English" })).toBeNull();
});

it("asks for nothing once it is switched off", async () => {
  const save = vi.fn();
  const { rerender } = render(<OcrRow settings={{ enabled: true, languages: ["deu"] }} status={READY} problem={null} onSave={save} />);
  await userEvent.click(screen.getByRole("switch"));
  expect(save).toHaveBeenCalledWith({ enabled: false, languages: ["deu"] }, expect.any(String));
  rerender(<OcrRow settings={{ enabled: false, languages: ["deu"] }} status={MISSING} problem={null} onSave={save} />);
  expect(screen.queryByText(/install Tesseract/)).toBeNull();
});
