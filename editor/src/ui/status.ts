// What the status that is always in sight says: in what order, and what of it is read out.
import { showTime, tr } from "./words.ts";

/** Times in Unix milliseconds of the server's clock. */
export interface Facts {
  /** The device's storage takes nothing. */
  fault: boolean;
  /** A part of the program can be had neither from the device nor from the network. */
  lame: boolean;
  /** Documents that the server refused. */
  refused: number;
  /** Documents that it does not have whole, and since when. */
  waiting: number;
  since: number;
  /** Something is not on the device's disk yet. */
  busy: boolean;
  /** Notices that are being drafted. */
  drafts: number;
  /** Corrections of the election that are not written yet. */
  corrections: number;
  lastSent: number | undefined;
  /** When the server was heard last. */
  heard: number | undefined;
  online: boolean;
}

/** `spoken`: what is read out of it; times and "saving" would be read at every pause. */
export interface Line {
  kind: "good" | "wait" | "bad" | "calm";
  text: string;
  spoken?: string;
}

const join = (...parts: (string | false)[]): string => parts.filter(Boolean).join(" ");

export function statusLine(facts: Facts): Line {
  const { waiting, since, busy, drafts, corrections, lastSent } = facts;
  const count = waiting > 0 && tr(`Chờ gửi: ${waiting} văn bản`, `Waiting to send: ${waiting} document(s)`);
  const waits = count && `${count}, ${tr("từ", "since")} ${showTime(since)}.`;
  const sent = lastSent !== undefined && tr(`Gửi lần cuối ${showTime(lastSent)}.`, `Last sent ${showTime(lastSent)}.`);
  const draft = join(
    drafts > 0 && tr(`${drafts} thông báo đang soạn, mới chỉ có trên máy này.`, `${drafts} notice(s) being drafted, on this device alone.`),
    corrections > 0 && tr(`${corrections} chỗ sửa lịch, đơn vị chưa ghi.`, `${corrections} correction(s) of timetable or units not written.`),
  );
  const wrong = faults(facts);
  if (wrong) return { kind: "bad", text: join(wrong, waits, draft, sent), spoken: join(wrong, count && `${count}.`, draft) };
  const saved = tr("Đã lưu trên máy này.", "Saved on this device.");
  const saving = busy ? tr("Đang lưu trên máy…", "Saving on this device…") : saved;
  if (count) return { kind: "wait", text: join(saving, waits, draft, sent), spoken: busy ? "" : join(saved, `${count}.`, draft) };
  if (busy) return { kind: "calm", text: join(saving, draft, sent), spoken: "" };
  if (draft) return { kind: "calm", text: join(saved, draft, sent), spoken: join(saved, draft) };
  return all(facts, sent);
}

/** What the device's storage and the server do not take. */
function faults({ fault, lame, refused }: Facts): string {
  return join(
    fault && tr("CHƯA lưu được trên máy này: bộ nhớ đầy hoặc bị khóa. Đừng đóng trang. Hãy giải phóng bộ nhớ; máy tự thử lại.", "NOT saved on this device: its storage is full or locked. Do not close this page. Free some storage; it tries again by itself."),
    lame && tr("Chương trình trên máy này bị hỏng một phần: chưa ghi vào văn bản và chưa gửi được gì. Đừng đóng trang; hãy nối mạng, máy tự tải lại phần hỏng.", "A part of the program on this device is damaged: nothing can be written into documents or sent. Do not close this page; connect to a network, and it fetches that part by itself."),
    refused > 0 && tr(`Máy chủ từ chối ${refused} văn bản.`, `The server refused ${refused} document(s).`),
  );
}

/** Nothing waits. Who cannot ask the server says of when that is known. */
function all({ online, heard, lastSent }: Facts, sent: string | false): Line {
  const words = tr("Máy chủ đã có tất cả những gì bạn viết", "The server has everything that you wrote");
  if (online) return { kind: "good", text: join(`${words}.`, sent), spoken: `${words}.` };
  const known = Math.max(heard ?? -Infinity, lastSent ?? -Infinity);
  const when = Number.isFinite(known) ? tr(`tính đến ${showTime(known)}`, `as of ${showTime(known)}`) : tr("theo lần kết nối trước", "as of the last connection");
  return { kind: "calm", text: join(`${words}, ${when}.`, sent), spoken: `${words}.` };
}
