//! What a page notes of keys, of what it sends and of the server's answer.

/// Notes of each last key when the first frame after it was sent, and when the status says that the server has it all after it had said
/// otherwise since that key: `left` and `sent` hold milliseconds from the key, `last` the key that waits for its own.
pub const WATCH: &str = "window.sent = []; window.left = []; window.last = undefined; \
    addEventListener('keydown', (event) => { last = { at: event.timeStamp, waited: false }; }, true); \
    const send = WebSocket.prototype.send; \
    WebSocket.prototype.send = function (frame) { \
        if (last) last.left ??= performance.now() - last.at; \
        return send.call(this, frame); \
    }; \
    const look = () => { \
        if (last) { \
            const good = Boolean(document.querySelector('.bar.good')); \
            if (!good) last.waited = true; \
            else if (last.waited) { sent.push(performance.now() - last.at); left.push(last.left); last = undefined; } \
        } \
    }; \
    new MutationObserver(look).observe(document.body, \
        { subtree: true, childList: true, characterData: true, attributes: true }); true";
