//! Text that stands for bytes or for a boolean.

/// Decodes base64 with padding, in the alphabet of
/// [RFC 4648, section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4).
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(4) {
        return None;
    }
    let unpadded = text
        .strip_suffix("==")
        .or_else(|| text.strip_suffix('='))
        .unwrap_or(text);
    let mut decoded = Vec::with_capacity(unpadded.len());
    let (mut collected, mut bits) = (0_u32, 0_u32);
    for byte in unpadded.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        collected = (collected << 6 | u32::from(value)) & 0xffff;
        bits = bits.saturating_add(6);
        if bits >= 8 {
            bits = bits.saturating_sub(8);
            let byte = collected.checked_shr(bits).unwrap_or(0) & 0xff;
            decoded.push(u8::try_from(byte).ok()?);
        }
    }
    // What is left over must be zeros: each value has one encoding.
    let left_over = collected & 1_u32.checked_shl(bits)?.saturating_sub(1);
    (left_over == 0).then_some(decoded)
}

/// `true` or `false`, in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
