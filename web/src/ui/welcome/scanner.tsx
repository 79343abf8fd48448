// An address out of a QR code, where the browser can read codes and there is a camera. Nothing leaves the device.

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../context.ts";
import { typedAddress } from "./typed.ts";

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

/** The library of types doesn't know it, nor do most browsers. */
type DetectorMaker = new (options: { readonly formats: readonly string[] }) => Detector;

const EVERY_MS = 250;

function detectorMaker(): DetectorMaker | undefined {
  return (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;
}

export function canScan(): boolean {
  return detectorMaker() !== undefined && "mediaDevices" in navigator;
}

interface Props {
  found(address: string): void;
  stop(): void;
}

/** The camera's picture until an address is found. The camera is asked for now, and let go at the end. */
export function Scanner({ found, stop }: Props) {
  const { words } = useApp();
  const { welcome } = words;
  const video = useRef<HTMLVideoElement>(null);
  const [line, setLine] = useState(welcome.scanning);
  const taken = useRef(found);
  taken.current = found;

  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer = 0;
    let wanted = true;
    const look = async (detector: Detector, screen: HTMLVideoElement) => {
      const codes = await detector.detect(screen).catch(() => []);
      const address = codes.map(({ rawValue }) => typedAddress(rawValue)).find(Boolean)?.address;
      if (!wanted) {
        return;
      }
      if (address) {
        taken.current(address);
        return;
      }
      if (codes.length > 0) {
        setLine(welcome.otherCode);
      }
      timer = window.setTimeout(look, EVERY_MS, detector, screen);
    };
    const start = async () => {
      const Maker = detectorMaker();
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const screen = video.current;
      if (!(wanted && screen && Maker)) {
        letGo(stream);
        return;
      }
      screen.srcObject = stream;
      await screen.play();
      await look(new Maker({ formats: ["qr_code"] }), screen);
    };
    start().catch(() => wanted && setLine(welcome.noCamera));
    return () => {
      wanted = false;
      clearTimeout(timer);
      letGo(stream);
    };
  }, []);

  return (
    <div class="scanner">
      <p role="status">{line}</p>
      <video ref={video} muted playsInline />
      <button type="button" onClick={stop}>
        {welcome.stop}
      </button>
    </div>
  );
}

function letGo(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}
