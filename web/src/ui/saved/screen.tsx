// What a reader saved, of every edition.

import { useApp } from "../context.ts";
import { useList } from "../front/list.ts";
import { CardView } from "../parts/card.tsx";
import { Failure } from "../parts/failure.tsx";
import { Screen } from "../parts/screen.tsx";

export function SavedScreen() {
  const { publication, words } = useApp();
  const { cards, failed, more, again } = useList({
    publication: publication?.publication ?? "",
    edition: "",
    saved: true,
  });
  return (
    <Screen title={words.saved.title} kind="plain" ready={cards !== undefined || failed !== null}>
      <h1>{words.saved.title}</h1>
      {failed && <Failure trouble={failed} again={again} />}
      {cards?.length === 0 && (
        <div class="note">
          <p>
            <strong>{words.saved.none}</strong>
          </p>
          <p>{words.saved.noneWhy}</p>
        </div>
      )}
      <ul class="cards one">
        {cards?.map((card) => (
          <li key={`${card.edition} ${card.key}`}>
            <CardView card={card} />
          </li>
        ))}
      </ul>
      {more && (
        <p class="more">
          <button type="button" onClick={more}>
            {words.reading.more}
          </button>
        </p>
      )}
    </Screen>
  );
}
