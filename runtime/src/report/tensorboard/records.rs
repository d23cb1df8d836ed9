//! TFRecord, the framing of event files: length, checksum of the length, bytes, checksum of the bytes; little endian.

/// Adds a record to a file's bytes.
pub(super) fn append(file: &mut Vec<u8>, bytes: &[u8]) {
    let length = (bytes.len() as u64).to_le_bytes();
    file.extend(length);
    file.extend(masked_checksum(&length).to_le_bytes());
    file.extend(bytes);
    file.extend(masked_checksum(bytes).to_le_bytes());
}

/// CRC-32C, rotated and shifted: the format wants checksums of data that holds checksums to stay good ones.
fn masked_checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn record_is_framed_as_in_tensorflow() {
        let mut file = Vec::new();
        append(&mut file, b"123456789");
        assert_eq!(file.len(), 8 + 4 + 9 + 4);
        assert_eq!(&file[..8], [9, 0, 0, 0, 0, 0, 0, 0]);
        // The CRC-32C of these digits is 0xe3069283 (RFC 3720, B.4 has the polynomial).
        let masked = 0xe306_9283_u32.rotate_right(15).wrapping_add(0xa282_ead8);
        assert_eq!(&file[21..], masked.to_le_bytes());
    }
}
