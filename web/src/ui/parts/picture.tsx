// Pictures out of the library, shown by addresses that only this page knows.

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../context.ts";

/** The address of a picture: undefined while it is looked for, null where it isn't held. "" asks for nothing. */
export function usePicture(sha256: string): string | null | undefined {
  const { engine } = useApp();
  const [found, setFound] = useState<{ sha256: string; url: string | null } | null>(null);
  useEffect(() => {
    if (!sha256) {
      return;
    }
    let url: string | null = null;
    let wanted = true;
    engine.reading.picture(sha256).then(
      (blob) => {
        if (wanted) {
          url = blob && URL.createObjectURL(blob);
          setFound({ sha256, url });
        }
      },
      () => wanted && setFound({ sha256, url: null }),
    );
    return () => {
      wanted = false;
      if (url) {
        URL.revokeObjectURL(url);
      }
    };
  }, [engine, sha256]);
  if (!sha256) {
    return null;
  }
  return found?.sha256 === sha256 ? found.url : undefined;
}
