import { useMemo } from "react";
import { usePlatform } from "../platform/context";
import { messageOf } from "./blank";
import { useToast } from "./toast";

/** Open, reveal, copy, hand on and start, with a word about how it went. */
export function useItemActions() {
  const platform = usePlatform();
  const say = useToast();
  return useMemo(() => {
    const attempt = async (what: Promise<void>, done: string | null): Promise<boolean> => {
      try {
        await what;
        if (done) say(done);
        return true;
      } catch (error) {
        say(messageOf(error));
        return false;
      }
    };
    return {
      open: (id: string) => attempt(platform.open(id), null),
      reveal: (id: string) => attempt(platform.reveal(id), null),
      copyPath: (id: string) => attempt(platform.copyPath(id), "Path copied"),
      copyText: (text: string, done = "Passage copied") => attempt(platform.copyText(text), done),
      copyAll: (id: string) => attempt(platform.copyAll(id), "All text copied"),
      openWith: (id: string, program: string) => attempt(platform.openWith(id, program), null),
      share: (id: string) => attempt(platform.share(id), null),
      launch: (id: string) => attempt(platform.launchProgram(id), null),
    };
  }, [platform, say]);
}
