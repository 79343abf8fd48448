// Handing a file on: by the device's own ways of sharing where it has some for files, else as a download.

/** What became of it. */
export type Handed = "shared" | "stored" | "cancelled";

/** Whether the device says that it can share this file. It may still refuse. */
export function canShare(file: File): boolean {
  return "canShare" in navigator && navigator.canShare({ files: [file] });
}

/** Share a file, or store it where sharing isn't to be had. To be called at a tap: browsers allow it only then. */
export async function hand(file: File): Promise<Handed> {
  if (canShare(file)) {
    try {
      await navigator.share({ files: [file], title: file.name });
      return "shared";
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") {
        return "cancelled";
      }
      // Browsers share only kinds of files that they know, and say so only now.
    }
  }
  store(file);
  return "stored";
}

const KEPT_MS = 60_000;

/** Have the browser put a file among its downloads. */
export function store(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** A name that any file system takes, made of a title. */
export function fileName(title: string, ending: string): string {
  const plain = title
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return `${[...plain].slice(0, 60).join("") || "tamizdat"}.${ending}`;
}
