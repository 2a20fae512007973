import { CircleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { Blank } from "../components/blank";

/** The last resort: a mistake in a screen leaves a way on instead of an empty window. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main role="alert" className="blank-holder">
        <Blank
          icon={CircleAlert}
          title="This window ran into a mistake of ours"
          actions={
            <button
              type="button"
              className="button main"
              onClick={() => {
                window.location.reload();
              }}
            >
              Load the window again
            </button>
          }
        >
          <p>Indexing and your data are not affected.</p>
        </Blank>
      </main>
    );
  }
}
