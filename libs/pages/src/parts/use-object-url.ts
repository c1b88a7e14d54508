import { useEffect, useState } from 'preact/hooks';

/** An object URL for the bytes; revoked once they change. */
export function useObjectUrl(bytes: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = bytes && URL.createObjectURL(bytes);
    setUrl(made);
    return () => {
      if (made) URL.revokeObjectURL(made);
    };
  }, [bytes]);
  return url;
}
