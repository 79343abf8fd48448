// How the app looks and speaks, which publications it holds, what it takes of the device, and how to be rid of it.

import { useState } from "preact/hooks";
import { setTheme, THEMES, type Theme, theme } from "../appearance.ts";
import { useApp } from "../context.ts";
import { Screen } from "../parts/screen.tsx";
import { TextSize } from "../parts/text-size.tsx";
import { remembered } from "../remembered.ts";
import { LANGUAGES } from "../strings/index.ts";
import { AppVersionView } from "./app-version.tsx";
import { languageName } from "./languages.ts";
import { Part } from "./part.tsx";
import { Publications } from "./publications.tsx";
import { Storage } from "./storage.tsx";
import { Wipe } from "./wipe.tsx";

export function SettingsScreen() {
  const { words, href } = useApp();
  return (
    <Screen title={words.settings.title} kind="plain">
      <h1>{words.settings.title}</h1>
      <Part title={words.settings.reading}>
        <Language />
        <ThemeChoice />
        <fieldset>
          <legend>{words.settings.size}</legend>
          <TextSize />
        </fieldset>
      </Part>
      <Publications />
      <Part title={words.settings.packs}>
        <p>{words.packs.why}</p>
        <p>
          <a class="button" href={href({ name: "packs" })}>
            {words.settings.packs}
          </a>
        </p>
      </Part>
      <Storage />
      <AppVersionView />
      <Wipe />
    </Screen>
  );
}

function Language() {
  const { words, speak, announce } = useApp();
  const choose = (language: string) => speak(language).catch(() => announce(words.errors.said.unreachable[0] ?? ""));
  return (
    <label class="stacked">
      <span>{words.settings.language}</span>
      <select value={remembered("language")} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{words.settings.asBrowser}</option>
        {LANGUAGES.map((language) => (
          <option key={language} value={language} lang={language}>
            {languageName(language)}
          </option>
        ))}
      </select>
    </label>
  );
}

function ThemeChoice() {
  const { words } = useApp();
  const [chosen, setChosen] = useState<Theme>(theme);
  const names = { "": words.settings.asSystem, light: words.settings.light, dark: words.settings.dark };
  const choose = (wanted: Theme) => {
    setTheme(wanted);
    setChosen(wanted);
  };
  return (
    <fieldset>
      <legend>{words.settings.theme}</legend>
      {THEMES.map((each) => (
        <label key={each} class="choice">
          <input type="radio" name="theme" checked={chosen === each} onChange={() => choose(each)} />
          <span>{names[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}
