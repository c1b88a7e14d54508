import { Upload } from 'lucide-preact';
import { useRef, useState } from 'preact/hooks';
import { ChooseColumns } from './import-columns.js';
import { ImportProgress } from './import-progress.js';
import { useImport } from './use-import.js';

/** Imports contacts from a CSV file: choose it, say what its columns are, send. */
export function ImportContacts({ list }: { list: string }) {
  const { current, start, forget } = useImport();
  const [file, setFile] = useState<File>();
  return (
    <>
      <div class="row apart">
        <h1>Import contacts</h1>
        <a class="button" href={list}>
          All contacts
        </a>
      </div>
      {current ? (
        <ImportProgress
          current={current}
          list={list}
          onAgain={() => {
            setFile(undefined);
            forget();
          }}
        />
      ) : file ? (
        <ChooseColumns key={file.name} file={file} onOther={() => setFile(undefined)} onStart={start} />
      ) : (
        <Choosing onFile={setFile} />
      )}
    </>
  );
}

function Choosing({ onFile }: { onFile: (file: File) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  return (
    <div
      class={`card drop ${isOver ? 'is-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) onFile(file);
      }}
    >
      <Upload size={26} aria-hidden="true" />
      <p>Drop a CSV file here, or choose one. Its first line names the columns, as a rule.</p>
      <p class="soft">
        A phone number with its country code is all that a line needs. Contacts that exist already are
        updated.
      </p>
      <input
        ref={picker}
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) onFile(file);
        }}
      />
      <button type="button" class="primary" onClick={() => picker.current!.click()}>
        Choose a file
      </button>
    </div>
  );
}
