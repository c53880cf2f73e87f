// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Command polyglot reads an archive of files and writes one that unzip reads the
// same, but Go, and with it Terraform and OpenTofu, as an archive of a single
// script: polyglot NAME SCRIPT. The release scripts must refuse it.
//
// If the size of a directory is 65,535, Go looks before its end for the ZIP64 record
// of another directory. Other programs do so only if the size is 4,294,967,295.
package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

const directorySize = 65535

func main() {
	if err := run(os.Args[1], os.Args[2], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "polyglot:", err)
		os.Exit(1)
	}
}

func run(name, script string, stdin io.Reader, stdout io.Writer) error {
	good, err := io.ReadAll(stdin)
	if err != nil {
		return fmt.Errorf("reading the archive: %w", err)
	}
	order := binary.LittleEndian
	end := good[len(good)-22:]
	start := order.Uint32(end[16:])
	directory := bytes.Clone(good[start : len(good)-22])

	// The other archive follows the files of the first one.
	result := bytes.NewBuffer(bytes.Clone(good[:start]))
	writer := zip.NewWriter(result)
	writer.SetOffset(int64(start))
	header := &zip.FileHeader{Name: name}
	header.SetMode(0o755)
	if entry, err := writer.CreateHeader(header); err != nil {
		return fmt.Errorf("adding the script: %w", err)
	} else if _, err := io.WriteString(entry, script); err != nil {
		return fmt.Errorf("writing the script: %w", err)
	}
	if err := writer.Close(); err != nil {
		return fmt.Errorf("finishing the other archive: %w", err)
	}
	other := result.Bytes()[result.Len()-22:]
	otherSize, otherStart := uint64(order.Uint32(other[12:])), uint64(order.Uint32(other[16:]))

	// A comment of the last file fills the first directory, and ends in the record.
	last := bytes.LastIndex(directory, []byte("PK\x01\x02"))
	order.PutUint16(directory[last+32:], uint16(directorySize-len(directory))) //nolint:gosec // It is smaller.
	order.PutUint32(end[12:], directorySize)
	order.PutUint32(end[16:], uint32(result.Len())) //nolint:gosec // It is smaller.
	directory = append(directory, bytes.Repeat([]byte(" "), directorySize-76-len(directory))...)
	record := uint64(result.Len() + len(directory)) //nolint:gosec // It is positive.
	for _, value := range []any{
		[]byte("PK\x06\x06"), uint64(44), uint16(45), uint16(45), uint64(0), uint64(1), uint64(1), otherSize, otherStart,
		[]byte("PK\x06\x07"), uint32(0), record, uint32(1), end,
	} {
		if directory, err = binary.Append(directory, order, value); err != nil {
			return fmt.Errorf("writing the record: %w", err)
		}
	}
	_, err = stdout.Write(append(result.Bytes(), directory...))
	return err
}
