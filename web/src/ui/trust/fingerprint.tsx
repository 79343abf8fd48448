import { groups } from "../welcome/typed.ts";

/** A fingerprint, parted for comparing. Copied, its groups are joined by blanks, which the app reads as well. */
export function Fingerprint({ of }: { readonly of: string }) {
  return (
    <p class="fingerprint" dir="ltr">
      {groups(of).map((group, nth) => (
        <code key={nth}>{group} </code>
      ))}
    </p>
  );
}
