// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestBench measures all that there is to measure, as little of it as possible.
//
//nolint:paralleltest // It sets environment variables.
func TestBench(t *testing.T) {
	tmp, out, folder := t.TempDir(), t.TempDir(), httpFolder(t)
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} {
		t.Setenv(name, tmp)
	}
	var stdout bytes.Buffer
	if err := run(t.Context(), options{runs: 1, largest: 2, benchtime: "1x", http: folder, out: out}, &stdout); err != nil {
		t.Fatalf("%v\n%s", err, &stdout)
	}
	wantEmpty(t, tmp)

	page, chart := readFile(t, filepath.Join(out, pagePath)), readFile(t, filepath.Join(out, filepath.FromSlash(chartPath)))
	_, tables, _ := strings.Cut(page, "\n## ")
	tables, _, _ = strings.Cut(tables, "## Run it again")
	if !strings.Contains(stdout.String(), tables) {
		t.Errorf("the tables of the page are not printed:\n%s\n%s", page, &stdout)
	}
	for _, want := range []string{"| hashicorp/http | 3.2.1 ", "| a hundred looked up"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	for _, number := range []string{"NaN", "Inf", " 0.00", " 0 ", "%!"} {
		if strings.Contains(page, number) {
			t.Errorf("the page has the number %q:\n%s", number, page)
		}
	}
	for _, private := range []string{unpodtest.Token, tmp, out, folder, hostname(t)} {
		if strings.Contains(page+chart, private) {
			t.Errorf("the page or the chart shows %s", private)
		}
	}
	wantXML(t, chart)
}

func hostname(t *testing.T) string {
	t.Helper()
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func wantXML(t *testing.T, text string) {
	t.Helper()
	for decoder := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in:\n%s", err, text)
		}
	}
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind in %s: %v, %v", dir, entries, err)
	}
}

// TestFolderWithoutHTTP names a folder by mistake, which must not be passed over.
func TestFolderWithoutHTTP(t *testing.T) {
	t.Parallel()
	b := &bench{options: options{http: t.TempDir()}}
	err := b.provideHTTP()
	if err == nil || !strings.Contains(err.Error(), b.options.http+", named by HTTP_PROVIDER_DIR or -http, has 0 files") {
		t.Errorf("got error %v, want one that names the folder", err)
	}
}

func TestOptions(t *testing.T) {
	t.Setenv("HTTP_PROVIDER_DIR", "folder")
	got, err := parseOptions([]string{"-runs", "3"}, io.Discard)
	if want := (options{runs: 3, largest: 100_000, benchtime: "1s", http: "folder"}); err != nil || got != want {
		t.Errorf("got %+v and error %v, want %+v", got, err, want)
	}
	for _, args := range [][]string{{"-runs", "0"}, {"-largest", "0"}, {"-run", "3"}, {"3"}} {
		if _, err := parseOptions(args, io.Discard); err == nil {
			t.Errorf("%v: got no error, want one", args)
		}
	}
	var stdout bytes.Buffer
	if _, err := parseOptions([]string{"-h"}, &stdout); err == nil || !strings.Contains(stdout.String(), "-runs") {
		t.Errorf("-h: got error %v and %q, want the usage", err, &stdout)
	}
}
