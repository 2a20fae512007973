import { useQueryClient } from "@tanstack/react-query";
import { keys } from "../data/keys";
import type { StatusView } from "../platform";
import { usePlatform } from "../platform/context";
import { countOf } from "../text/format";
import { Banner } from "./banner";
import { messageOf } from "./blank";
import { Button } from "./button";
import { useToast } from "./toast";

/** Whether meaning rests for now, by Atom's own manners and not because somebody paused it. */
export function isMeaningHeld(status: StatusView): boolean {
  return !status.paused && status.governor?.state === "held";
}

/** What the governor does and why, in one sentence; nothing when the budget is all that counts. */
export function paceSentence(status: StatusView): string | null {
  const governor = status.governor;
  if (!governor || status.paused) return null;
  const pace = `${countOf(governor.threads, "core", "cores")}${governor.rests ? ", with rests" : ""}`;
  if (governor.state === "held") return `Meaning waits: ${governor.reason ?? ""}. Names and words go on, on ${pace}.`;
  if (governor.reason !== null) return `Indexing goes slowly, on ${pace}: ${governor.reason}.`;
  return governor.anyway ? "Indexing goes on whatever battery and heat say, until everything is done." : null;
}

/** The sentence, and the way out of it. */
export function PaceBanner({ status }: { status: StatusView }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const sentence = paceSentence(status);
  const mayGoOn = status.governor?.state !== "free" && status.governor?.anyway === false;
  const goOn = async () => {
    try {
      await platform.goOn();
      say("Indexing goes on until everything is done");
    } catch (error) {
      say(messageOf(error));
    }
    void client.invalidateQueries({ queryKey: keys.status });
    void client.invalidateQueries({ queryKey: keys.activity });
  };
  return sentence === null ? null : (
    <Banner
      action={
        mayGoOn ? (
          <Button size="small" onClick={() => void goOn()}>
            Continue anyway
          </Button>
        ) : undefined
      }
    >
      {sentence}
    </Banner>
  );
}
