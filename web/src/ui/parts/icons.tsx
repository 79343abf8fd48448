// The few signs of the app, drawn in one line's width. They stand beside words, so that they need none themselves.

const PATHS = {
  front: "M4 5h12v14H6a2 2 0 0 1-2-2zM16 9h4v8a2 2 0 0 1-4 0M7 9h6M7 12.5h6M7 16h4",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20 20",
  saved: "M6 4h12v16l-6-4.5L6 20z",
  sync: "M12 4v11M7.5 10.5 12 15l4.5-4.5M5 19.5h14",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  share: "M12 15V4M8 7.5 12 4l4 3.5M6 11H5v9h14v-9h-1",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
};

export type Sign = keyof typeof PATHS;

export function Icon({ sign }: { readonly sign: Sign }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d={PATHS[sign]} />
    </svg>
  );
}
