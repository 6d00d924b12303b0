// Whole numbers as people write them in Vietnam: 1.234.567. Nothing is rounded, rewritten or guessed: what could be read in
// two ways is refused with the reason ("0.123" is a fraction elsewhere, "0012" may lack its beginning).

export type Parsed = { value: number | undefined } | { error: "not-a-number" | "not-whole" | "grouping" | "leading-zero" | "negative" | "too-large" };

/** Reads a figure; an empty text is "not reported", which is not zero. */
export function parseFigure(text: string): Parsed {
  const bare = text.normalize("NFC").trim();
  if (bare === "") return { value: undefined };
  if (/^[-−]/.test(bare)) return { error: "negative" };
  if (/^0[\d.\s\u00a0\u202f]*\d$/.test(bare)) return { error: "leading-zero" };
  if (/^\d+$/.test(bare)) return whole(bare);
  if (/^\d{1,3}([.\u00a0\u202f ]\d{3})+$/.test(bare)) return whole(bare.replace(/\D/g, ""));
  if (/^[\d.\s\u00a0\u202f]*,\d*$/.test(bare)) return { error: "not-whole" };
  if (/^[\d.,\s\u00a0\u202f]+$/.test(bare)) return { error: "grouping" };
  return { error: "not-a-number" };
}

function whole(digits: string): Parsed {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? { value } : { error: "too-large" };
}

/** Writes a figure with dots between thousands. */
export function formatFigure(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ".");
}
