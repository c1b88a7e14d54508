import { Monitor, Moon, Sun } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { chooseTheme, chosenTheme, type Theme } from '../style/theme.js';
import './theme-switch.css';

const CHOICES = {
  system: { name: 'As the system', icon: Monitor },
  light: { name: 'Light', icon: Sun },
  dark: { name: 'Dark', icon: Moon },
} satisfies Record<Theme, object>;

export function ThemeSwitch() {
  const [chosen, setChosen] = useState(chosenTheme);
  return (
    <fieldset class="theme-switch">
      <legend class="unseen">Theme</legend>
      {(Object.keys(CHOICES) as Theme[]).map((theme) => {
        const { name, icon: Icon } = CHOICES[theme];
        return (
          <label key={theme} title={name}>
            <input
              type="radio"
              name="theme"
              class="unseen"
              checked={theme === chosen}
              onChange={() => {
                chooseTheme(theme);
                setChosen(theme);
              }}
            />
            <Icon size={16} aria-hidden="true" />
            <span class="unseen">{name}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
