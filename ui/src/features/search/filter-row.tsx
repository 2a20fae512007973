import { PanelLeft } from "lucide-react";
import { IconButton } from "../../components/button";
import { KINDS, kindLabel } from "../../components/kind-icon";
import { SaveSearchButton } from "../../components/save-search";
import { Select } from "../../components/select";
import { useSources } from "../../data/queries";
import type { SearchState } from "../../data/search";
import type { SearchSort } from "../../platform";
import { countOf, formatCount } from "../../text/format";
import { visibleLine } from "../../text/visible";
import { DATES, type Filters } from "./filters";
import { GROUPS, type GroupBy } from "./groups";

const SORTS: readonly { value: "" | SearchSort; label: string }[] = [
  { value: "", label: "Best first" },
  { value: "newest", label: "Newest first" },
  { value: "oldest", label: "Oldest first" },
  { value: "largest", label: "Largest first" },
  { value: "smallest", label: "Smallest first" },
  { value: "name", label: "By name" },
];

export function sortOf(text: string | null): SearchSort {
  return SORTS.map((sort) => sort.value).find((value) => value !== "" && value === text) || "best";
}

/** What the row may change in the address. */
export type Listing = Partial<Record<"kind" | "date" | "in" | "sort" | "group", string>>;

interface FilterRowProps {
  filters: Filters;
  sort: SearchSort;
  groupBy: GroupBy | null;
  /** Nothing was sought, words were, or the like of something. */
  listed: "recent" | "found" | "similar";
  search: SearchState;
  facets: { isShown: boolean; onToggle: () => void };
  /** The whole query, filters included; empty where there is none to keep. */
  composed: string;
  onChange: (changes: Listing) => void;
}

/** What narrows a search before it is made, and how its results are listed. */
export function FilterRow({ filters, sort, groupBy, listed, search, facets, composed, onChange }: FilterRowProps) {
  return (
    <div className="search-filters">
      {listed === "similar" ? null : <Narrowing filters={filters} facets={facets} onChange={onChange} />}
      {composed === "" ? null : <SaveSearchButton query={composed} />}
      <span className="search-count soft cut" role="status">
        {listed === "recent" ? "Changed last" : search.response ? summary(search, listed) : ""}
      </span>
      <Select
        label="Group"
        value={groupBy ?? ""}
        options={GROUPS}
        onChange={(group) => {
          onChange({ group });
        }}
      />
      {listed === "similar" ? null : (
        <Select
          label="Sort"
          value={sort === "best" ? "" : sort}
          options={SORTS}
          disabled={listed === "recent"}
          onChange={(sort) => {
            onChange({ sort });
          }}
        />
      )}
    </div>
  );
}

function Narrowing({ filters, facets, onChange }: Pick<FilterRowProps, "filters" | "facets" | "onChange">) {
  const sources = useSources().data ?? [];
  const folders = sources.map((source) => ({ value: source.path, label: visibleLine(source.path) }));
  if (filters.folder && !folders.some((folder) => folder.value === filters.folder)) folders.push({ value: filters.folder, label: visibleLine(filters.folder) });
  return (
    <>
      <IconButton label="Narrow down by counts" shortcut="Mod+B" aria-pressed={facets.isShown} onClick={facets.onToggle}>
        <PanelLeft size={16} aria-hidden />
      </IconButton>
      <Select
        label="Kind"
        value={filters.kind}
        options={[{ value: "", label: "Any kind" }, ...KINDS.map((kind) => ({ value: kind, label: kindLabel(kind) }))]}
        onChange={(kind) => {
          onChange({ kind });
        }}
      />
      <Select
        label="Date"
        value={filters.date}
        options={[{ value: "", label: "Any time" }, ...DATES]}
        onChange={(date) => {
          onChange({ date });
        }}
      />
      <Select
        label="Folder"
        value={filters.folder}
        options={[{ value: "", label: "All folders" }, ...folders]}
        onChange={(folder) => {
          onChange({ in: folder });
        }}
      />
    </>
  );
}

function summary({ response, hits, isPartial }: SearchState, listed: FilterRowProps["listed"]): string {
  if (!response) return "";
  if (listed === "similar") return `${countOf(hits.length, "file", "files")}, the most similar first`;
  const time = response.tookMs === null ? "" : `, ${formatCount(Math.max(1, Math.round(response.tookMs)))} ms`;
  return `${countOf(response.total, "result", "results")}${time}${isPartial ? ", looking for meaning…" : ""}`;
}
