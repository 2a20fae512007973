/** The code in groups, as it is printed. */
export function groupsOf(code: string): string[] {
  return code.trim().split(/[\s-]+/).filter((group) => group !== "");
}

/** Two different groups to type again, in order. */
export function pickTwo(count: number): [number, number] {
  const random = (below: number) => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % below;
  const first = random(count);
  const second = (first + 1 + random(Math.max(1, count - 1))) % count;
  return first < second ? [first, second] : [second, first];
}

/** Case and the letters that Crockford's alphabet takes for digits make no difference. */
export function sameGroup(typed: string, group: string): boolean {
  const plain = (text: string) => text.trim().toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  return plain(typed) === plain(group);
}
