// Releases that are kept: which one is public, who made it, what differs from the one before, and the switch from one to another.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../local/desk.ts";
import { trouble } from "./builder.tsx";
import { focusSoon } from "./focus.ts";
import { Ask, say } from "./parts.tsx";
import { here } from "./state.ts";
import { Wording, type Changes } from "./wording.tsx";
import { said, showTime, tr } from "./words.ts";

interface Release {
  id: string;
  at: string;
  current: boolean;
  pages: number;
  by?: string;
  how?: string;
  /** What it shows and was withdrawn or held back since. */
  withdrawn?: string[];
  damaged?: string;
}

/** What becomes public again that somebody took from the public. */
function question(withdrawn: string[]): string {
  const which = withdrawn.join(", ");
  return tr(`Bản này lại công khai những nội dung đã rút hoặc giữ lại: ${which}.`, `This release shows again what was withdrawn or held back: ${which}.`);
}

export function Releases({ after }: { after: string }) {
  const [list, setList] = useState<Release[]>([]);
  const [shown, setShown] = useState<{ id: string; changes: Changes } | undefined>(undefined);
  const [asking, setAsking] = useState("");
  const online = here().link.value === "online";
  const order = useRef({ asked: 0, taken: 0 });
  const load = async () => {
    const mine = ++order.current.asked;
    const answer = await ask<Release[]>("GET", "/api/releases");
    // An answer that a later one has overtaken says how it was before.
    if (trouble(answer) || mine < order.current.taken) return;
    order.current.taken = mine;
    setList(answer as Release[]);
  };
  useEffect(() => void (online && load()), [online, after]);
  const activate = async (id: string) => {
    setAsking("");
    const wrong = trouble(await ask("POST", `/api/releases/${encodeURIComponent(id)}/activate`, {}));
    say(wrong ?? tr("Đã đổi bản công bố.", "What is public was switched."));
    await load();
    // Its button is gone.
    if (!wrong) focusSoon(`release-${id}`);
  };
  const differ = async (id: string, since: string) => {
    if (shown?.id === id) return setShown(undefined);
    const answer = await ask<Changes>("GET", `/api/releases/${encodeURIComponent(id)}/changes?since=${encodeURIComponent(since)}`);
    const wrong = trouble(answer);
    if (wrong) return say(wrong);
    setShown({ id, changes: answer as Changes });
    focusSoon(`changes-${id}`);
  };
  const way = (how: string) => (how === "by rule" ? tr("tự động theo quy tắc", "by rule") : tr("từ máy chủ", "on the server"));
  return (
    <section>
      <h2>{tr("Các bản công bố được giữ", "Releases that are kept")}</h2>
      {!online && <p>{tr("Cần có mạng để xem.", "Needs a network.")}</p>}
      {list.length > 1 && <p>{tr("Đổi sang bản khác thì mọi người thấy bản đó ngay, và máy không tự công bố bản mới nữa cho tới khi bạn bấm dựng lại.", "Everybody sees the release that you switch to at once, and nothing is made public by itself until you build again.")}</p>}
      <ul class="rows releases">
        {list.map((one, i) => (
          <li key={one.id} id={`release-${one.id}`} tabIndex={-1} data-current={one.current}>
            <p><strong>{showTime(Date.parse(one.at))}</strong> <span class="hint">{one.id} · {one.pages} {tr("tệp", "file(s)")}{one.by && <> · {one.by}</>}{one.how && <> · {way(one.how)}</>}</span> {one.current && <strong class="tag accepted">{tr("Đang công khai", "Public now")}</strong>}</p>
            {one.damaged && <p class="error">{said(one.damaged)}</p>}
            {asking === one.id && one.withdrawn ? (
              <Ask
                text={question(one.withdrawn)}
                yes={tr("Đổi sang bản này", "Switch to it")}
                no={tr("Thôi", "Cancel")}
                confirm={{ class: "confirm" }}
                act={() => void activate(one.id)}
                leave={() => (setAsking(""), focusSoon(`activate-${one.id}`))}
              />
            ) : (
              <p class="actions">
                {!one.current && !one.damaged && <button type="button" class="quiet activate" id={`activate-${one.id}`} onClick={() => (one.withdrawn?.length ? setAsking(one.id) : void activate(one.id))}>{tr("Đưa bản này ra công khai", "Make this one public")}<span class="unseen"> {one.id}</span></button>}
                {list[i + 1] && !one.damaged && !list[i + 1]!.damaged && <button type="button" class="quiet differ" aria-expanded={shown?.id === one.id} onClick={() => void differ(one.id, list[i + 1]!.id)}>{tr("Khác gì bản trước", "What changed")}<span class="unseen"> {one.id}</span></button>}
              </p>
            )}
            {shown?.id === one.id && (
              <div class="changes" id={`changes-${one.id}`} role="region" tabIndex={-1} aria-label={tr("Khác gì bản trước", "What changed")}>
                <Wording changes={shown.changes} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
