import axe from "axe-core";
import type { Page } from "playwright-core";

/** Everything that axe finds wrong with the page as it is shown, colours included. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const checker = (globalThis as unknown as { axe: typeof axe }).axe;
    const result = await checker.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return result.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.html} ${node.any.map((check) => check.message).join(" ")}`).join(" | ")}`);
  });
}
