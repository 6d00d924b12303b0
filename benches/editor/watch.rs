//! What a page notes of keys and of the server's answer.

/// Notes when the last key was pressed, and when the status says that the server has it all after it had said otherwise since that
/// key: `sent` holds milliseconds from key to answer, `last` the key that waits for its own.
pub const WATCH: &str = "window.sent = []; window.last = undefined; \
    addEventListener('keydown', (event) => { last = { at: event.timeStamp, waited: false }; }, true); \
    const look = () => { \
        if (last) { \
            const good = Boolean(document.querySelector('.bar.good')); \
            if (!good) last.waited = true; \
            else if (last.waited) { sent.push(performance.now() - last.at); last = undefined; } \
        } \
    }; \
    new MutationObserver(look).observe(document.body, \
        { subtree: true, childList: true, characterData: true, attributes: true }); true";
