import { useId } from 'preact/hooks';
import type { Call } from './call.js';
import { codeOf, LANGUAGES } from './code.js';
import { Source } from './source.js';
import { useReference } from './state.js';

/** The call as source code, in the language chosen last. */
export function CodeSamples({ call }: { call: Call }) {
  const { base, language, setLanguage } = useReference();
  const name = useId();
  return (
    <Source text={codeOf(language, call, base)} what={`Code in ${language}`}>
      <fieldset class="choice">
        <legend class="unseen">Language</legend>
        {LANGUAGES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={name}
              class="unseen"
              checked={one === language}
              onChange={() => setLanguage(one)}
            />
            <span>{one}</span>
          </label>
        ))}
      </fieldset>
    </Source>
  );
}
