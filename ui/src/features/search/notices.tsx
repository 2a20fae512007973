import { Banner } from "../../components/banner";
import { Button } from "../../components/button";
import { exactly } from "../../components/pills";
import type { SearchState } from "../../data/search";
import { visibleLine } from "../../text/visible";

/** What a person should know of the answer. */
export function Notices({ search, onQuery }: { search: SearchState; onQuery: (query: string) => void }) {
  const notices = search.response?.notices.filter((notice) => notice.code !== "empty-query") ?? [];
  if (notices.length === 0 && !search.warning) return null;
  return (
    <div className="search-notices">
      {search.warning ? (
        <Banner look="warn" action={<Button size="small" onClick={search.retry}>Try again</Button>}>
          {`Only words were searched. ${search.warning}`}
        </Banner>
      ) : null}
      {notices.map((notice) => (
        <Banner
          key={notice.code + notice.message}
          action={
            notice.code === "corrected" && search.response ? (
              <Button size="small" onClick={() => { onQuery(exactly(search.response?.query ?? "")); }}>
                Search exactly this
              </Button>
            ) : undefined
          }
        >
          {visibleLine(notice.message)}
        </Banner>
      ))}
    </div>
  );
}
