// What another device of the body wrote before it knew of a hand-in: kept, and not part of what was handed in.
import { tr } from "./words.ts";

const MOST = 8;

/** `names`: of the fields, in words. `own`: whether the reader can bring the edits in. */
export function Moved({ names, own }: { names: string[]; own: boolean }) {
  if (names.length === 0) return null;
  const all = [...new Set(names)];
  return (
    <div class="inset" id="moved">
      <p><strong>{tr("Có phần sửa trên máy khác KHÔNG nằm trong bản đã nộp:", "Another device edited what is NOT part of what was handed in:")}</strong> {all.slice(0, MOST).join("; ")}{all.length > MOST && "…"}</p>
      {own && <p>{tr("Ở đây và nơi cơ quan thường trực là đúng bản đã nộp. Muốn đưa phần sửa vào: lấy báo cáo về để sửa, xem lại, rồi nộp lại.", "Here and at the standing agency stands what was handed in. To bring the edits in: take the report back, look it over, and hand it in again.")}</p>}
    </div>
  );
}
