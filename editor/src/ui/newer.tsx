// A document that a newer program has brought to another form: what this program knows of it is shown and can be edited, the rest is
// kept. What decides on all of it waits for an update.
import { here } from "./state.ts";
import { seek } from "./update.tsx";
import { tr } from "./words.ts";

/** What keeps a report of such a form from being handed in or accepted, in words. */
export const newer = (): string =>
  tr(
    "Báo cáo đã ở dạng mới hơn ứng dụng trên máy này, có thể còn mục bạn chưa thấy. Hãy cập nhật ứng dụng rồi làm tiếp.",
    "The report is in a newer form than the program on this device, and may have fields that you do not see. Update the program, then go on.",
  );

export function Newer({ of }: { of: string }) {
  if (!here().paper(of).isNewer) return null;
  return (
    <div class="inset bad newer">
      <p role="alert">
        <strong>{tr("Văn bản này ở dạng mới hơn ứng dụng trên máy.", "This document is in a newer form than the program on this device.")}</strong>{" "}
        {tr("Có thể có phần không hiện ở đây; phần đó không mất. Những gì bạn viết vẫn được giữ.", "There may be parts that are not shown here; they are not lost. What you write is kept.")}
      </p>
      <p><button type="button" class="quiet seek" onClick={() => void seek()}>{tr("Tìm phiên bản mới của ứng dụng", "Look for a new version of the program")}</button></p>
    </div>
  );
}
