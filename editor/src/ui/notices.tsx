// Notices to the public: Vietnamese and English always, other languages as they are needed. What is written here is not public
// before the next release.
import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import { addLanguage, addNotice, removeNotice, setNoticeDate, setTitle } from "../document/publish.ts";
import { contentOf, words, type Raw } from "../document/read.ts";
import { LongText, ShortText } from "./inputs.tsx";
import { focusSoon } from "./focus.ts";
import { Ask } from "./parts.tsx";
import { here, today } from "./state.ts";
import type { Change } from "./publish.tsx";
import { tr } from "./words.ts";

const KEY = "publication";
const LANGUAGES: Record<string, [string, string]> = {
  vi: ["Tiếng Việt", "Vietnamese"],
  en: ["Tiếng Anh", "English"],
  hmn: ["Tiếng Mông", "Hmong"],
  blt: ["Tiếng Thái Đen", "Tai Dam"],
  lo: ["Tiếng Lào", "Lao"],
};

export function Notices({ changes, Changes }: { changes: Change[]; Changes: ComponentType<{ changes: Change[] }> }) {
  const office = here();
  const list = Array.from((contentOf(office.paper(KEY).doc).notices ?? []) as Raw[]);
  const write = (name: string, change: Parameters<typeof office.write>[2]) => office.write(KEY, name, change);
  const add = () => {
    const day = today();
    const taken = new Set(list.map((one) => words(one.id)));
    let n = 1;
    while (taken.has(`${day}-${n}`)) n++;
    write("notice", (doc) => addNotice(doc, `${day}-${n}`, day));
  };
  return (
    <section>
      <h2>{tr("Thông báo cho công chúng", "Notices to the public")} ({list.length})</h2>
      <Changes changes={changes} />
      {list.map((notice, at) => <Notice key={words(notice.id)} notice={notice} at={at} write={write} />)}
      <p><button type="button" class="quiet" id="add-notice" onClick={add}>{tr("Thêm thông báo", "Add a notice")}</button></p>
    </section>
  );
}

function Notice({ notice, at, write }: { notice: Raw; at: number; write: (name: string, change: Parameters<ReturnType<typeof here>["write"]>[2]) => void }) {
  const office = here();
  const id = `notice-${words(notice.id)}`;
  const languages = Object.keys(notice.texts ?? {}).sort((a, b) => Object.keys(LANGUAGES).indexOf(a) - Object.keys(LANGUAGES).indexOf(b));
  const others = Object.keys(LANGUAGES).filter((one) => !languages.includes(one));
  const [asking, setAsking] = useState(false);
  return (
    <details class="task notice" open={!words(notice.texts?.vi?.title)}>
      <summary><span lang="vi">{words(notice.texts?.vi?.title) || tr("(chưa có tiêu đề)", "(no title yet)")}</span> <span class="hint">{words(notice.id)}</span></summary>
      <p class="field"><label for={`${id}-date`}>{tr("Ngày", "Date")}</label><ShortText id={`${id}-date`} type="date" value={words(notice.date) ?? ""} write={(day) => day && write("notice", (doc) => setNoticeDate(doc, at, day))} /></p>
      {languages.map((one) => {
        const name = LANGUAGES[one] ? tr(...LANGUAGES[one]!) : one;
        return (
          <fieldset key={one}>
            <legend>{name}</legend>
            <p class="field"><label for={`${id}-${one}-title`}>{tr("Tiêu đề", "Title")}</label><ShortText id={`${id}-${one}-title`} value={words(notice.texts[one].title) ?? ""} write={(title) => write("notice", (doc) => setTitle(doc, at, one, title))} /></p>
            <div class="field"><label for={`${id}-${one}-text`}>{tr("Nội dung (mỗi dòng là một đoạn)", "Text (one paragraph a line)")}</label><LongText id={`${id}-${one}-text`} paper={office.paper(KEY)} path={["content", "notices", at, "texts", one, "paragraphs"]} wrote={() => office.wrote(KEY)} /></div>
          </fieldset>
        );
      })}
      <p class="actions">
        {others.map((one) => <button type="button" class="quiet" onClick={() => write("notice", (doc) => addLanguage(doc, at, one))}>{tr("Thêm", "Add")} {tr(...LANGUAGES[one]!)}</button>)}
        {!asking && <button type="button" class="quiet" id={`${id}-remove`} onClick={() => setAsking(true)}>{tr("Xóa thông báo…", "Remove the notice…")}</button>}
      </p>
      {asking && (
        <Ask
          text={tr("Thông báo sẽ mất khỏi đây, và khỏi trang công khai ở lần công bố sau.", "The notice goes from here, and from the public pages with the next release.")}
          yes={tr("Xóa hẳn thông báo này", "Remove this notice for good")}
          no={tr("Thôi", "Cancel")}
          confirm={{ class: "confirm" }}
          act={() => (write("notice removed", (doc) => removeNotice(doc, at)), focusSoon("add-notice"))}
          leave={() => (setAsking(false), focusSoon(`${id}-remove`))}
        />
      )}
    </details>
  );
}
