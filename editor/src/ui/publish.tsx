// The publishing desk: what the public would see otherwise than now, item by item, and the communications team's decisions on it.
// Decisions are changes of the `publication` document, made with and without a network; they name the heads that were looked at.
import { useEffect, useRef, useState } from "preact/hooks";
import { approve, clearRule, hold, mayHold, sameHeads, setRule, unhold, withdraw, type Signed } from "../document/publish.ts";
import { ask } from "../local/desk.ts";
import { Rebuild, trouble, useBuilder } from "./builder.tsx";
import { Notices } from "./notices.tsx";
import { focusSoon } from "./focus.ts";
import { keepUnread, unread } from "./inputs.tsx";
import { Ask, say, Tag } from "./parts.tsx";
import { Newer } from "./newer.tsx";
import { Refused } from "./refused.tsx";
import { Releases } from "./releases.tsx";
import { here } from "./state.ts";
import { Wording, type Changes as PageChanges } from "./wording.tsx";
import { said, showTime, tr } from "./words.ts";

interface Words {
  vi: string;
  en: string;
}

export interface Change {
  where: Words;
  field: string;
  old: string | null;
  new: string | null;
}

interface Decision {
  heads: string[];
  by: string;
  at: string;
  basis?: string;
  reason?: string;
  /** Two were written at once, and nobody has chosen. */
  contested?: boolean;
}

interface Item {
  key: string;
  kind: string;
  title: Words;
  state: "new" | "changed" | "approved" | "shown" | "held" | "withdrawn";
  heads: string[];
  approved: Decision | null;
  held: Decision | null;
  byRule: boolean;
  mayBeByRule: boolean;
  mayBeHeld: boolean;
  mayBeWithdrawn: boolean;
  changes: Change[];
  changesLeftOff: number;
  problem?: string;
}

interface Pending {
  release: { id: string; at: string } | null;
  paused: boolean;
  rules: { kind: string }[];
  items: Item[];
  notices: { changes: Change[]; changesLeftOff: number };
}

const STATES: Record<Item["state"], [string, string, string]> = {
  new: ["Mới, chưa quyết định", "New, undecided", "blocked"],
  changed: ["Đã đổi, chưa quyết định", "Changed, undecided", "blocked"],
  approved: ["Đã duyệt, chờ công bố", "Approved, not public yet", "submitted"],
  shown: ["Đang công khai", "Public as it stands", "accepted"],
  held: ["Giữ lại", "Held back", "draft"],
  withdrawn: ["Đã rút, chờ công bố", "Withdrawn, still public", "returned"],
};

const KEY = "publication";

/** The list of what waits; kept for the days without a network. */
function usePending(after: string): [Pending | undefined, () => Promise<void>] {
  const office = here();
  const [list, setList] = useState<Pending | undefined>(undefined);
  const online = office.link.value === "online";
  const waits = KEY in office.waiting.value;
  const version = office.paper(KEY).version.value;
  const order = useRef({ asked: 0, taken: 0 });
  const load = async () => {
    const mine = ++order.current.asked;
    const answer = await ask<Pending>("GET", "/api/publication");
    // An answer that a later one has overtaken says how it was before.
    if (trouble(answer) || mine < order.current.taken) return;
    order.current.taken = mine;
    setList(answer as Pending);
    await office.disk.set("pending", answer);
  };
  useEffect(() => void office.disk.get<Pending>("pending").then((kept) => setList((now) => now ?? kept)), []);
  useEffect(() => void (online && !waits && load()), [online, waits, after, version]);
  return [list, load];
}

export function Publish() {
  const office = here();
  const state = useBuilder();
  const after = `${state?.build} ${state?.phase === "done"} ${state?.release}`;
  const [list, load] = usePending(after);
  return (
    <main id="main">
      <h1>{tr("Công bố", "Publishing")}</h1>
      <p>{list?.release ? <>{tr("Bản đang công khai được làm lúc", "What is public was made at")} {showTime(Date.parse(list.release.at))}.</> : tr("Chưa công bố gì.", "Nothing is public yet.")} <a href="/" target="_blank" rel="noopener">{tr("Xem trang công khai", "See the public pages")}</a></p>
      <Newer of={KEY} />
      <Refused of={KEY} />
      <section>
        <h2>{tr("Nội dung", "Items")} ({list?.items.length ?? 0})</h2>
        <div class="actions"><button type="button" class="quiet" id="reload-list" disabled={office.link.value !== "online"} onClick={() => void load()}>{tr("Xem lại danh sách", "Look again")}</button><Preview wanted={{}} name={tr("Xem trước bản sẽ công bố", "Preview what would be public")} /></div>
        {!list && <p>{tr("Đang lấy danh sách; lần đầu cần có mạng.", "Fetching the list; the first time needs a network.")}</p>}
        {list?.items.map((item) => <Row key={item.key} item={item} ruled={list.rules.some((rule) => rule.kind === item.kind)} />)}
      </section>
      <Rebuild state={state} />
      <Notices changes={list?.notices.changes ?? []} Changes={Changes} />
      <Releases after={after} />
    </main>
  );
}

/** A preview is made on request, and opened in a new window by the link that comes. */
function Preview({ wanted, name }: { wanted: unknown; name: string }) {
  const [made, setMade] = useState<{ url: string; pages: PageChanges } | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    const answer = await ask<{ url: string; pages: PageChanges }>("POST", "/api/preview", wanted);
    setBusy(false);
    const wrong = trouble(answer);
    if (wrong) say(wrong);
    else setMade(answer as { url: string; pages: PageChanges });
  };
  const count = made ? made.pages.added.count + made.pages.changed.count + made.pages.removed.count : 0;
  return (
    <>
      <button type="button" class="quiet preview" disabled={busy || here().link.value !== "online"} onClick={() => void make()}>{busy ? tr("Đang dựng bản xem trước…", "Making the preview…") : name}</button>
      {made && (
        <div class="made changes">
          <p role="status"><a class="preview-link" href={made.url} target="_blank" rel="noopener">{tr("Mở bản xem trước", "Open the preview")}</a></p>
          <details>
            <summary>{tr(`${count} tệp sẽ khác; xem từng dòng`, `${count} file(s) would differ; see the lines`)}</summary>
            <Wording changes={made.pages} before={tr("Đang công khai", "Public now")} after={tr("Sẽ thành", "Would be")} />
          </details>
        </div>
      )}
    </>
  );
}

/** Old beside new. */
function Changes({ changes, more = 0 }: { changes: Change[]; more?: number }) {
  if (changes.length === 0) return null;
  return (
    <details class="task">
      <summary>{tr(`${changes.length + more} chỗ khác với bản đang công khai`, `${changes.length + more} difference(s) from what is public`)}</summary>
      <table class="cards differences">
        <thead><tr><th>{tr("Ở đâu", "Where")}</th><th>{tr("Đang công khai", "Public now")}</th><th>{tr("Sẽ thành", "Would be")}</th></tr></thead>
        <tbody>
          {changes.slice(0, 200).map((one) => (
            <tr>
              <th scope="row">{tr(one.where.vi, one.where.en)}<br /><span class="hint">{one.field}</span></th>
              <td data-label={tr("Đang công khai", "Public now")} lang="vi"><del>{one.old ?? "–"}</del></td>
              <td data-label={tr("Sẽ thành", "Would be")} lang="vi"><ins>{one.new ?? "–"}</ins></td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes.length + more > 200 && <p class="hint">{tr(`Hiện 200 chỗ đầu; xem đủ trong bản xem trước.`, `The first 200 are shown; see all in the preview.`)}</p>}
    </details>
  );
}

function signed(): Signed {
  const office = here();
  return { by: office.desk.value.account.body, at: new Date(office.now()).toISOString() };
}

/** `ruled`: there is a rule for its kind; `item.byRule` says that it is in force. */
function Row({ item, ruled }: { item: Item; ruled: boolean }) {
  const office = here();
  // Kept on the device while it is being written, like everything that a person types.
  const shelf = `${KEY}#${item.key}`;
  const text = unread.value[shelf] ?? "";
  const setText = (next: string) => keepUnread(shelf, next || undefined);
  const [missing, setMissing] = useState(false);
  const [asking, setAsking] = useState(false);
  /** The heads that are looked at, from the moment when somebody begins. */
  const [seen, setSeen] = useState<string[] | undefined>(undefined);
  const moved = seen !== undefined && !sameHeads(seen, item.heads);
  const look = () => setSeen((before) => before ?? item.heads);
  const id = `item-${item.key.replace(/\W/g, "-")}`;
  const [vi, en, kind] = STATES[item.state];
  const mayBeHeld = item.mayBeHeld && mayHold(office.paper(KEY).doc, item.key, item.heads);
  /** Without an approved version there would be no site once the rule is gone. */
  const needsRule = item.mayBeByRule && item.byRule && !item.approved;
  const write = (name: string, done: string, change: Parameters<typeof office.write>[2]) => {
    office.writeNow(KEY, name, change);
    setText("");
    setMissing(false);
    setSeen(undefined);
    say(done);
  };
  /** Every decision says why. */
  const decide = (act: (reason: string) => void) => {
    if (text.trim()) return act(text.trim());
    setMissing(true);
    document.getElementById(`${id}-why`)?.focus();
  };
  return (
    <article class="task item" id={id} data-state={item.state} onFocusIn={look} onClickCapture={look}>
      <h3>{tr(item.title.vi, item.title.en)} <Tag kind={kind}>{tr(vi, en)}</Tag></h3>
      {item.byRule && <p>{tr("Công khai theo quy tắc: mọi thay đổi tự ra công khai.", "Public by rule: every change becomes public by itself.")}</p>}
      {ruled && !item.byRule && <p>{tr("Quy tắc tạm dừng vì đang giữ lại.", "The rule is suspended, as it is held back.")}</p>}
      {item.approved && <p class="hint">{tr("Duyệt lúc", "Approved at")} {showTime(Date.parse(item.approved.at))}{item.approved.basis && <> · <span lang="vi">{item.approved.basis}</span></>}</p>}
      {item.approved?.contested && <p class="inset">{tr("Hai phê duyệt cùng lúc, chưa ai chọn: hãy duyệt lại bản cần công khai.", "Two approvals at once, and nobody has chosen: approve again what is to be public.")}</p>}
      {item.held && <p class="hint">{tr("Giữ lại", "Held back")}: <span lang="vi">{item.held.reason}</span></p>}
      {item.mayBeByRule && item.held && item.approved && <p>{tr("Trang công khai tiếp tục dùng bản đã duyệt.", "The public pages go on with the version that is approved.")}</p>}
      {item.mayBeByRule && !mayBeHeld && <p class="hint">{tr("Cả trang dựa vào nội dung này và đang dùng đúng bản này, nên không giữ lại hoặc rút được: hãy đưa một bản công bố cũ ra, rồi duyệt bản sửa.", "The whole site stands on just this version, so it can neither be held back nor withdrawn: make an older release public, then approve a correction.")}</p>}
      {needsRule && <p class="hint">{tr("Muốn bỏ quy tắc, hãy duyệt một bản đúng trước.", "To end the rule, approve a version that is right first.")}</p>}
      {item.mayBeByRule && mayBeHeld && item.approved && <p class="hint">{tr("Cả trang dựa vào nội dung này nên không rút được; hãy duyệt bản sửa, hoặc đưa một bản công bố cũ ra.", "The whole site stands on this, so it cannot be withdrawn: approve a correction, or make an older release public.")}</p>}
      {item.problem && <p class="error">{said(item.problem)}</p>}
      <Changes changes={item.changes} more={item.changesLeftOff} />
      {moved && (
        <div class="inset moved" role="status">
          <p>{tr("Nội dung này đã thay đổi trong lúc bạn xem. Hãy xem lại những chỗ khác rồi mới quyết định.", "This has changed while you were looking. Look at the differences again before you decide.")}</p>
          <p class="actions"><button type="button" class="look-again" onClick={() => (setSeen(item.heads), focusSoon(`${id}-why`))}>{tr("Xem bản mới nhất", "Look at the newest")}</button></p>
        </div>
      )}
      <div class={`field ${missing ? "wrong" : ""}`}>
        <label for={`${id}-why`}>{tr("Căn cứ duyệt hoặc lý do", "Basis of the approval, or reason")}</label>
        {missing && <span class="error" id={`${id}-error`}>{tr("Hãy ghi căn cứ hoặc lý do.", "Write the basis or the reason.")}</span>}
        <input id={`${id}-why`} value={text} maxLength={1000} autocomplete="off" aria-describedby={missing ? `${id}-error` : undefined} onInput={(event) => setText(event.currentTarget.value)} />
      </div>
      <div class="actions">
        {!moved && (item.approved?.contested || (item.byRule ? !item.approved : item.state !== "shown" && item.state !== "approved")) && <button type="button" class="approve" onClick={() => decide((basis) => write("approve", tr("Đã duyệt.", "Approved."), (doc) => approve(doc, item.key, item.heads, basis, signed())))}>{tr("Duyệt bản này", "Approve it as it stands")}</button>}
        {!moved && item.state !== "held" && mayBeHeld && (item.byRule || ["new", "changed"].includes(item.state)) && <button type="button" class="quiet hold" onClick={() => decide((reason) => write("hold", tr("Đã giữ lại.", "Held back."), (doc) => hold(doc, item.key, item.heads, reason, signed())))}>{tr("Giữ lại", "Hold back")}</button>}
        {item.held && <button type="button" class="quiet" onClick={() => write("release hold", tr("Không giữ lại nữa.", "No longer held back."), (doc) => unhold(doc, item.key))}>{tr("Thôi giữ lại", "Hold back no longer")}</button>}
        {!item.byRule && item.mayBeWithdrawn && !asking && <button type="button" class="quiet withdraw" id={`${id}-withdraw`} onClick={() => setAsking(true)}>{tr("Rút khỏi trang công khai", "Withdraw from the public")}</button>}
        {item.mayBeByRule && !ruled && <button type="button" class="quiet rule" onClick={() => decide((basis) => write("rule", tr("Đã đặt quy tắc.", "The rule is set."), (doc) => setRule(doc, item.kind, basis, signed())))}>{tr("Luôn công khai theo quy tắc", "Always public, by rule")}</button>}
        {ruled && !needsRule && <button type="button" class="quiet no-rule" onClick={() => write("rule ends", tr("Đã bỏ quy tắc.", "The rule is gone."), (doc) => clearRule(doc, item.kind))}>{tr("Bỏ quy tắc", "End the rule")}</button>}
        {!moved && item.changes.length > 0 && !item.byRule && <Preview key={item.heads.join()} wanted={{ approve: { [item.key]: item.heads } }} name={tr("Xem trước nếu duyệt", "Preview it approved")} />}
      </div>
      {asking && (
        <Ask
          text={tr("Trang công khai sẽ không còn nội dung này. Bạn có thể duyệt lại sau.", "The public pages will not have this any more. You can approve it again later.")}
          yes={tr("Rút ngay", "Withdraw it")}
          no={tr("Thôi", "Cancel")}
          confirm={{ class: "confirm" }}
          act={() => (setAsking(false), write("withdraw", tr("Đã rút.", "Withdrawn."), (doc) => withdraw(doc, item.key)), focusSoon(`${id}-why`))}
          leave={() => (setAsking(false), focusSoon(`${id}-withdraw`))}
        />
      )}
    </article>
  );
}
