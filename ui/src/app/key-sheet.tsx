import { Button } from "../components/button";
import { Dialog } from "../components/dialog";
import { Keycaps } from "../components/keycaps";
import { useSettings } from "../data/queries";
import { navigate, routeToSearch } from "../data/route";
import { QUICK_SHEET } from "../features/quick/shortcuts";

const GROUPS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: "Everywhere",
    keys: [
      ["Mod+1", "Search"],
      ["Mod+2", "Sources"],
      ["Mod+3", "Activity"],
      ["Mod+,", "Settings"],
      ["Mod+Shift+L", "Lock"],
      ["Mod+Z", "Undo, for as long as it is offered"],
      ["?", "This sheet"],
    ],
  },
  {
    title: "Query",
    keys: [
      ["/", "Go to the query"],
      ["Tab", "Take the completion"],
      ["Ctrl+ ", "Choose a completion"],
      ["Mod+B", "Narrow down by counts"],
      ["Mod+Shift+F", "Find something like a text"],
      ["F1", "Operators"],
      ["Escape", "Clear the query"],
    ],
  },
  {
    title: "Results",
    keys: [
      ["ArrowDown", "Next, also Ctrl+N"],
      ["ArrowUp", "Previous, also Ctrl+P"],
      ["Enter", "Open"],
      ["Mod+Enter", "Show in folder"],
      ["Mod+C", "Copy path"],
      ["Mod+Shift+C", "Copy passage"],
      ["Mod+Shift+S", "Similar to this"],
      ["Shift+ArrowDown", "Next match in the preview"],
      ["Shift+ArrowUp", "Previous match"],
      ["Mod+S", "Save this search"],
    ],
  },
  {
    title: "Also in quick search",
    keys: QUICK_SHEET,
  },
];

export function KeySheet({ onClose }: { onClose: () => void }) {
  const hotkey = useSettings().data?.hotkey;
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} wide>
      <div className="key-sheet">
        {GROUPS.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3 className="faint">{group.title}</h3>
            <dl>
              {group.keys.map(([shortcut, what]) => (
                <div key={shortcut}>
                  <dt>
                    <Keycaps shortcut={shortcut} />
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
              {group.title === "Everywhere" && hotkey ? (
                <div>
                  <dt>
                    <Keycaps shortcut={hotkey} />
                  </dt>
                  <dd>Quick search, in every program</dd>
                </div>
              ) : null}
            </dl>
          </section>
        ))}
      </div>
      <div className="actions">
        <Button
          look="quiet"
          onClick={() => {
            onClose();
            navigate(routeToSearch({ show: "operators" }));
          }}
        >
          All operators…
        </Button>
        <Button data-first onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
