// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const (
	archiveName  = "terraform-provider-unpod_1.2.3_linux_arm.zip"
	manifestName = "terraform-provider-unpod_1.2.3_manifest.json"
	sumsName     = "terraform-provider-unpod_1.2.3_SHA256SUMS"
)

// TestMain starts where the command does, at the top of the module.
func TestMain(m *testing.M) {
	if err := os.Chdir(filepath.Join("..", "..", "..")); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// files are the files of a release by their names. SHA256SUMS is made of the
// others where it is missing.
type files map[string]string

// goodFiles are those of a release that can be published.
func goodFiles(t *testing.T) files {
	t.Helper()
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	return files{
		archiveName:                     zipped(t, "terraform-provider-unpod_v1.2.3", "CHANGELOG.md", "LICENSE", "README.md"),
		archiveName + ".spdx.json":      "{}",
		archiveName + ".cyclonedx.json": "{}",
		manifestName:                    string(text),
	}
}

// zipped is an archive of files with these names.
func zipped(t *testing.T, names ...string) string {
	t.Helper()
	var buffer bytes.Buffer
	writer := zip.NewWriter(&buffer)
	for _, name := range names {
		header := &zip.FileHeader{Name: name}
		header.SetMode(0o755)
		file, err := writer.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintln(file, "#!/bin/sh\necho terraform-provider-unpod 1.2.3 \\(0123456789012345678901234567890123456789\\)"); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.String()
}

// write writes a release.
func (f files) write(t *testing.T, target string) release {
	t.Helper()
	dir := t.TempDir()
	if _, ok := f[sumsName]; !ok {
		var sums strings.Builder
		for name, content := range f {
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(content)), name)
		}
		f[sumsName] = sums.String()
	}
	for name, content := range f {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return release{dir: dir, targets: []string{target}, sboms: true}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*testing.T, files)
		want   string
	}{
		"good":               {func(*testing.T, files) {}, ""},
		"no checksums":       {func(_ *testing.T, f files) { f["terraform-provider-other_1.2.3_SHA256SUMS"], f[sumsName] = "", "" }, "SHA256SUMS lists"},
		"two versions":       {func(_ *testing.T, f files) { f["terraform-provider-unpod_1.2.4_SHA256SUMS"] = "" }, "there are 2 files"},
		"no manifest":        {func(_ *testing.T, f files) { delete(f, manifestName) }, "SHA256SUMS lists"},
		"another manifest":   {func(_ *testing.T, f files) { f[manifestName] = "{}" }, "the manifest is not that of the commit"},
		"a platform missing": {func(_ *testing.T, f files) { delete(f, archiveName) }, "SHA256SUMS lists"},
		"another project":    {func(_ *testing.T, f files) { f["other_1.2.3_linux_arm.zip"] = f[archiveName]; delete(f, archiveName) }, "SHA256SUMS lists"},
		"an SBOM missing":    {func(_ *testing.T, f files) { delete(f, archiveName+".spdx.json") }, "SHA256SUMS lists"},
		"a wrong checksum":   {func(_ *testing.T, f files) { f[sumsName] = strings.Repeat("0", 64) + "  " + archiveName + "\n" }, "has the checksum"},
		"a file missing":     {func(_ *testing.T, f files) { f[sumsName] = strings.Repeat("0", 64) + "  other.zip\n" }, "other.zip"},
		"no archive":         {func(_ *testing.T, f files) { f[archiveName] = "not a zip" }, "not a valid zip file"},
		"no licence": {func(t *testing.T, f files) {
			t.Helper()
			f[archiveName] = zipped(t, "terraform-provider-unpod_v1.2.3", "README.md")
		}, "and not"},
		"a file too many": {func(t *testing.T, f files) {
			t.Helper()
			f[archiveName] = zipped(t, "terraform-provider-unpod_v1.2.3", "CHANGELOG.md", "LICENSE", "README.md", ".env")
		}, "and not"},
		"a binary of a 'v1.2'": {func(t *testing.T, f files) {
			t.Helper()
			f[archiveName] = zipped(t, "terraform-provider-unpod_v1.2", "CHANGELOG.md", "LICENSE", "README.md")
		}, "and not"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := goodFiles(t)
			test.change(t, all)
			wantError(t, all.write(t, "linux_arm_6").check(t.Context()), test.want)
		})
	}
}

// TestRelease_start has binaries for this platform.
func TestRelease_start(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("The binaries of this test are shell scripts, which Windows does not start.")
	}
	target := runtime.GOOS + "_" + runtime.GOARCH
	for name, test := range map[string]struct{ version, want string }{
		"good":            {"1.2.3", ""},
		"another version": {"1.2.4", `and not its version 1.2.4 and commit`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := files{}
			for suffix, content := range goodFiles(t) {
				suffix = strings.Replace(suffix, "linux_arm", target, 1)
				all[strings.Replace(suffix, "1.2.3", test.version, 1)] = content
			}
			archive := "terraform-provider-unpod_" + test.version + "_" + target + ".zip"
			all[archive] = zipped(t, "terraform-provider-unpod_v"+test.version, "CHANGELOG.md", "LICENSE", "README.md")
			made := all.write(t, target)
			if test.version != "1.2.3" {
				if err := os.Rename(filepath.Join(made.dir, sumsName), made.path(test.version, "SHA256SUMS")); err != nil {
					t.Fatal(err)
				}
			}
			wantError(t, made.check(t.Context()), test.want)
		})
	}
}

// TestRelease_signature has signatures that the registries do not take.
func TestRelease_signature(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ signature, want string }{
		"none":    {"", "no such file"},
		"armored": {"-----BEGIN PGP SIGNATURE-----\n", "the signature is armored"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made := goodFiles(t).write(t, "linux_arm_6")
			made.signed = true
			if test.signature != "" {
				if err := os.WriteFile(filepath.Join(made.dir, sumsName+".sig"), []byte(test.signature), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			wantError(t, made.check(t.Context()), test.want)
		})
	}
}

// TestReadTargets compares with the platforms that the registries' users have.
func TestReadTargets(t *testing.T) {
	t.Parallel()
	targets, err := readTargets(".goreleaser.yml")
	if err != nil {
		t.Fatal(err)
	}
	want := "darwin_amd64 darwin_arm64 freebsd_386 freebsd_amd64 freebsd_arm64 linux_386 linux_amd64 linux_arm_6 linux_arm64 linux_s390x windows_386 windows_amd64 windows_arm64"
	if got := strings.Join(targets, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// wantError checks a part of an error's text, or that there is none.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
		t.Errorf("got error %v, want %q", err, want)
	}
}
