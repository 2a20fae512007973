import { expect, it } from "vitest";
import { strengthOf } from "./strength";

it.each([
  ["", 0],
  ["password", 0],
  ["Passw0rd1", 0],
  ["12345678901234", 0],
  ["aaaaaaaaaaaaaaaa", 0],
  ["abcdefghijklmnop", 0],
  ["correct horse battery", 1],
  ["correct horse battery staple", 2],
  ["correct horse battery staple lantern violet", 3],
  ["tG7#qLz!9vR2$kWp", 3],
])("%j is of level %d", (passphrase, level) => {
  expect(strengthOf(passphrase).level).toBe(level);
});
