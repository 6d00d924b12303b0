// Directing documents: what each says of itself, and its tasks with who answers for them. Read here; written by importing.
import { contentOf, texts, words, type Raw } from "../document/read.ts";
import { HeldBack } from "./held.tsx";
import { go, lackOf, Missing } from "./parts.tsx";
import { bodyName, here } from "./state.ts";
import { named, showDay, tr } from "./words.ts";

export function Directives() {
  const office = here();
  const keys = office.keys("directive");
  return (
    <main id="main">
      <h1>{tr("Văn bản chỉ đạo", "Directing documents")}</h1>
      {keys.length === 0 && <p>{tr("Chưa có văn bản nào.", "There are none yet.")}</p>}
      <ul class="rows">
        {keys.map((key) => {
          const content = contentOf(office.paper(key).doc);
          return (
            <li key={key}>
              <a href={go("directive", key.slice("directive/".length))}>{named(content, "kind")} {words(content.symbol)}</a>
              <span class="hint"> {content.date && showDay(words(content.date)!)} · {named(content, "issuer")}</span>
              <p><Vietnamese of={content} name="subject" /></p>
              <HeldBack of={key} />
            </li>
          );
        })}
      </ul>
    </main>
  );
}

/** The one of two languages that there is, marked if it is Vietnamese. */
function Vietnamese({ of, name }: { of: Raw; name: string }) {
  return <span lang={of[`${name}_en`] ? undefined : "vi"}>{named(of, name)}</span>;
}

export function Directive({ symbol }: { symbol: string }) {
  const office = here();
  const key = `directive/${symbol}`;
  const content = contentOf(office.paper(key).doc);
  const tasks = Array.from((content.tasks ?? []) as Raw[]);
  const lack = lackOf(key, false);
  if (lack) return <Missing why={lack} none={tr("Không có văn bản này", "There is no such document")} back={tr("Văn bản chỉ đạo", "Directing documents")} to={go("directives")} />;
  return (
    <main id="main">
      <p class="crumb"><a href={go("directives")}>{tr("Văn bản chỉ đạo", "Directing documents")}</a></p>
      <h1>{named(content, "kind")} {words(content.symbol)}</h1>
      <p><Vietnamese of={content} name="subject" /></p>
      <HeldBack of={key} />
      <dl class="facts">
        <dt>{tr("Cơ quan ban hành", "Issued by")}</dt><dd><Vietnamese of={content} name="issuer" /></dd>
        <dt>{tr("Ngày", "Date")}</dt><dd>{content.date ? showDay(words(content.date)!) : "–"}</dd>
        {words(content.signer_name) && <><dt>{tr("Người ký", "Signed by")}</dt><dd lang="vi">{words(content.signer_title_vi)} {words(content.signer_name)}</dd></>}
        <dt>{tr("Nơi nhận", "Recipients")}</dt><dd lang="vi">{texts(content.recipients_vi).join("; ")}</dd>
      </dl>
      <h2>{tr("Nhiệm vụ được giao", "Tasks")} ({tasks.length})</h2>
      <ul class="rows">
        {tasks.map((task) => (
          <li key={words(task.id)}>
            <p><strong>{words(task.id)}</strong> · <Vietnamese of={task} name="text" /></p>
            <p class="hint">{tr("Chủ trì", "In charge")}: {texts(task.owners).map(bodyName).join("; ") || "–"}{texts(task.collaborators).length > 0 && <> · {tr("Phối hợp", "Take part")}: {texts(task.collaborators).map(bodyName).join("; ")}</>}</p>
            {words(task.deadline_vi) && <p class="hint">{tr("Thời hạn", "Deadline")}: <span lang="vi">{words(task.deadline_vi)}</span></p>}
          </li>
        ))}
      </ul>
      {words(content.text_vi) && (
        <details class="task">
          <summary>{tr("Toàn văn", "The whole text")}</summary>
          <div lang="vi" class="whole">{words(content.text_vi)}</div>
        </details>
      )}
    </main>
  );
}
