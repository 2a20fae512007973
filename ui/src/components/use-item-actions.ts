import { useMemo } from "react";
import { usePlatform } from "../platform/context";
import { messageOf } from "./blank";
import { useToast } from "./toast";

/** Open, reveal and copy, with a word about how it went. */
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
      copyText: (text: string) => attempt(platform.copyText(text), "Passage copied"),
    };
  }, [platform, say]);
}
