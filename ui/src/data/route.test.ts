import { expect, it } from "vitest";
import { navigate, parseRoute, routeTo, routeToSearch, routeToStart } from "./route";

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

it("lists another search as the last one, and takes nothing else over", () => {
  navigate(routeTo("search", { q: "lease", kind: "pdf", id: "7", sort: "newest", group: "source", facets: "hidden" }));
  expect(routeToSearch({ q: "rent" })).toBe("#/search?q=rent&sort=newest&group=source&facets=hidden");
  navigate(routeTo("settings"));
  expect(routeToSearch({ like: "3" })).toBe("#/search?like=3&sort=newest&group=source&facets=hidden");
  window.history.replaceState(null, "", "#/search?q=lease&sort=oldest");
  expect(routeToSearch({ q: "rent" })).toBe("#/search?q=rent&sort=oldest");
  window.history.replaceState(null, "", "/");
  expect(routeToSearch({ q: "rent" })).toBe("#/search?q=rent&sort=newest&group=source&facets=hidden");
});
