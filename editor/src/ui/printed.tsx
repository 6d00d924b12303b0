// A report on paper: an A4 page after decree 30/2020; number and date stay blank, they are given after signing.
import type { Automerge as A } from "@automerge/automerge-repo/slim";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { FIELDS } from "../document/fields.ts";
import { contentOf, texts, words, type Raw } from "../document/read.ts";
import type { Status } from "../document/status.ts";
import { election, ownRegime } from "./state.ts";
import { writeDown } from "./inputs.tsx";
import { reportShown, reportStatus } from "./standing.ts";
import { SECTIONS } from "./report.tsx";
import { valueText } from "./field.tsx";
import { inVietnamese, showDay } from "./words.ts";

/** A body's name as a letterhead has it: in Vietnamese, without the short form in brackets. */
function official(id: string): string {
  const body = Array.from((election.value.bodies ?? []) as Raw[]).find((one) => words(one.id) === id);
  return (words(body?.name_vi) ?? id).replace(/\s*\(.*?\)/g, "");
}

/** How long nothing may move before the page that nobody sees is drawn. */
const REST = 500;

/** `doc`: by which it is known that something moved. What is printed is what the report is when somebody prints. */
export function Printed({ body, due, doc }: { body: string; due: string; doc: A.Doc<unknown> }) {
  const box = useRef<HTMLDivElement>(null);
  // A tree of its own is drawn at once; what is drawn with the screen would come after the printer has looked.
  const draw = () => box.current && render(<Page body={body} doc={reportShown(body, due).doc} status={reportStatus(body, due)} />, box.current);
  useEffect(() => {
    const timer = setTimeout(draw, REST);
    return () => clearTimeout(timer);
  }, [body, due, doc]);
  useEffect(() => {
    const now = () => (writeDown(false), void draw());
    const media = matchMedia("print");
    const seen = () => media.matches && now();
    addEventListener("beforeprint", now);
    media.addEventListener("change", seen);
    return () => {
      removeEventListener("beforeprint", now);
      media.removeEventListener("change", seen);
    };
  }, [body, due]);
  useEffect(() => {
    const own = box.current!;
    return () => render(null, own);
  }, []);
  return <div ref={box} />;
}

function Page({ body, doc, status }: { body: string; doc: A.Doc<unknown>; status: Status }) {
  const content = contentOf(doc);
  const facts = content.facts ?? {};
  const issuer = official(ownRegime(body)?.addressee ?? "").toUpperCase();
  return (
    <article class="paper" lang="vi" aria-hidden="true">
      <div class="head">
        <p><span>{issuer}</span><br /><strong>{official(body).toUpperCase()}</strong><br />Số: ……/BC</p>
        <p><strong>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</strong><br /><strong>Độc lập - Tự do - Hạnh phúc</strong><br /><em>…………, ngày …… tháng …… năm ……</em></p>
      </div>
      <p class="name"><strong>BÁO CÁO</strong><br /><strong>Công tác bầu cử tuần {facts["header.period_start"] ? `từ ${inVietnamese(() => showDay(String(facts["header.period_start"])))} ` : ""}{facts["header.period_end"] ? `đến ${inVietnamese(() => showDay(String(facts["header.period_end"])))}` : ""}</strong></p>
      {issuer && <p class="to">Kính gửi: {official(ownRegime(body)?.addressee ?? "")}.</p>}
      {status !== "accepted" && status !== "submitted" && <p class="draft"><em>(Bản chưa nộp)</em></p>}
      {SECTIONS.map((name, n) => {
        const fields = FIELDS.filter((one) => one.section === n && n > 0);
        const values = fields.map((one) => [one, inVietnamese(() => valueText(one, doc))] as const).filter(([, value]) => value !== undefined);
        const long = fields.filter((one) => texts(content.texts?.[one.id]).length > 0);
        const lists = fields.filter((one) => (content.lists?.[one.id]?.length ?? 0) > 0);
        if (values.length + long.length + lists.length === 0) return null;
        return (
          <section>
            <h3>{n}. {name[0]}</h3>
            {values.length > 0 && <table><tbody>{values.map(([one, value]) => <tr><td>{one.vi}</td><td class="number">{value}</td></tr>)}</tbody></table>}
            {long.map((one) => <><p><em>{one.vi}</em></p>{texts(content.texts?.[one.id]).map((text) => <p class="text">{text}</p>)}</>)}
            {lists.map((one) => (
              <ul>{Array.from(content.lists[one.id] as Raw[]).map((row) => <li>{(one.holds.type === "rows" ? one.holds.of : []).map((column) => words(row[column.name])).filter(Boolean).join("; ")}</li>)}</ul>
            ))}
          </section>
        );
      })}
      <div class="foot"><p><strong><em>Nơi nhận:</em></strong><br />- Như trên;<br />- Lưu: VT.</p><p><strong>TRƯỞNG ĐƠN VỊ</strong></p></div>
    </article>
  );
}
