import { expect, it } from "vitest";
import { navigate, parseRoute, routeTo, routeToStart } from "./route";

it("writes and reads addresses", () => {
  const query = 'a&b = "ü" #?';
  const route = parseRoute(routeTo("search", { q: query, kind: null }));
  expect(route.area).toBe("search");
  expect([...route.parameters]).toEqual([["q", query]]);
});

it.each(["", "#", "#/", "#/nowhere?q=1", "#/../settings/x"])("opens %j on Search", (hash) => {
  expect(parseRoute(hash).area).toBe("search");
});

it("remembers the area across a restart, and nothing of the query", () => {
  navigate(routeTo("sources", { q: "secret plan", id: "7" }));
  expect(parseRoute("").area).toBe("sources");
  expect(JSON.stringify({ ...localStorage })).not.toContain("secret");
});

it("remembers across a restart how results are listed, and nothing that it does not know", () => {
  navigate(routeTo("search", { q: "secret plan", sort: "newest", group: "folder", facets: "shown", like: "7" }));
  navigate(routeTo("sources"));
  expect(routeToStart("search")).toBe("#/search?sort=newest&group=folder&facets=shown");
  expect(routeToStart("sources")).toBe("#/sources");
  navigate(routeTo("search", { sort: "my secret", group: "by secret" }));
  expect(JSON.stringify({ ...localStorage })).not.toContain("secret");
  expect(routeToStart("search")).toBe("#/search");
});
