// The standing agency's decision on a report that was handed in: accept, or return with a reason.
import type { Automerge as A } from "@automerge/automerge-repo/slim";
import { useState } from "preact/hooks";
import { decide } from "../document/edit.ts";
import { submissions } from "../document/read.ts";
import type { Status } from "../document/status.ts";
import { keepUnread, unread } from "./inputs.tsx";
import { newer } from "./newer.tsx";
import { reportStatus } from "./standing.ts";
import { here } from "./state.ts";
import { reportWord, say } from "./parts.tsx";
import { tr } from "./words.ts";

export function Judge({ body, due, status, doc }: { body: string; due: string; status: Status; doc: A.Doc<unknown> }) {
  // Kept on the device while it is being written, like everything that a person types.
  const name = `review/${due}#${body}`;
  const reason = unread.value[name] ?? "";
  const setReason = (text: string) => keepUnread(name, text || undefined);
  const [missing, setMissing] = useState(false);
  const last = submissions(doc).at(-1);
  if (!last || (status !== "submitted" && status !== "accepted")) return null;
  const judge = (decision: "returned" | "accepted") => {
    if (decision === "returned" && reason.trim() === "") {
      setMissing(true);
      document.getElementById("judge-reason")?.focus();
      return;
    }
    // Pressed twice, or decided elsewhere meanwhile: one decision is enough.
    if (reportStatus(body, due) !== status) return;
    const office = here();
    // What is accepted was read, all of it.
    if (decision === "accepted" && office.paper(`report/${body}/${due}`).isNewer) return say(newer());
    const at = new Date(office.now()).toISOString();
    const by = office.desk.value.account.body;
    office.writeNow(`review/${due}`, decision, (draft) => decide(draft, body, { decision, reason: reason.trim(), by, at, heads: last.heads }));
    say(`${reportWord(decision)}.`);
    setReason("");
  };
  return (
    <section class="judge" aria-labelledby="judge-name">
      <h2 id="judge-name">{tr("Ý kiến của cơ quan thường trực", "Decision of the standing agency")}</h2>
      <div class={`field ${missing ? "wrong" : ""}`}>
        <label for="judge-reason">{tr("Lý do (bắt buộc khi trả lại)", "Reason (required for a return)")}</label>
        {missing && <span class="error" id="judge-error">{tr("Hãy ghi cần sửa gì.", "Say what to correct.")}</span>}
        <textarea id="judge-reason" rows={3} maxLength={1000} value={reason} aria-describedby={missing ? "judge-error" : undefined} onInput={(event) => (setReason(event.currentTarget.value), setMissing(false))} />
      </div>
      <p class="actions">
        {status === "submitted" && <button type="button" id="accept" onClick={() => judge("accepted")}>{tr("Tiếp nhận", "Accept")}</button>}
        <button type="button" id="return" class="warn" onClick={() => judge("returned")}>{status === "accepted" ? tr("Mở lại và trả", "Reopen and return") : tr("Trả lại", "Return")}</button>
      </p>
    </section>
  );
}
