// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

const (
	project  = "terraform-provider-unpod"
	manifest = "terraform-registry-manifest.json"
)

// release is a folder with the files of a release.
type release struct {
	dir     string
	targets []string
	// signed and sboms say whether it must have signatures and SBOMs.
	signed, sboms bool
	// gpgHome has the key, where it is not that of the user.
	gpgHome string
}

// check finds what would keep a registry from taking the release, or a user
// from using it.
func (r release) check(ctx context.Context) error {
	text, err := r.readSums()
	if err != nil {
		return err
	}
	version, err := r.version()
	if err != nil {
		return err
	}
	listed, err := r.checkSums(text)
	if err != nil {
		return err
	}
	if wanted := r.wanted(version); !slices.Equal(listed, wanted) {
		return fmt.Errorf("SHA256SUMS lists\n  %s\nand not\n  %s", strings.Join(listed, "\n  "), strings.Join(wanted, "\n  "))
	}
	if err := r.checkManifest(version); err != nil {
		return err
	}
	for _, target := range r.targets {
		if err := r.checkArchive(ctx, version, target); err != nil {
			return err
		}
	}
	if r.signed {
		return r.checkSignature(ctx, version)
	}
	return nil
}

func (r release) path(version, suffix string) string {
	return filepath.Join(r.dir, project+"_"+version+"_"+suffix)
}

// version is read off the name of the checksums.
func (r release) version() (string, error) {
	names, err := filepath.Glob(r.path("*", "SHA256SUMS"))
	if err != nil || len(names) != 1 {
		return "", fmt.Errorf("there are %d files %s_VERSION_SHA256SUMS, and not one", len(names), project)
	}
	name := filepath.Base(names[0])
	return name[len(project)+1 : len(name)-len("_SHA256SUMS")], nil
}

// readSums returns the checksums.
func (r release) readSums() (string, error) {
	version, err := r.version()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(r.path(version, "SHA256SUMS"))
	return string(text), err
}

// checkSums compares the files with their checksums, and returns their names.
func (r release) checkSums(text string) ([]string, error) {
	var names []string
	for line := range strings.Lines(text) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := os.ReadFile(filepath.Join(r.dir, name))
		if errors.Is(err, os.ErrNotExist) && strings.HasSuffix(name, "_manifest.json") {
			// GoReleaser uploads it under this name, but has no copy of it.
			content, err = os.ReadFile(manifest)
		}
		if err != nil {
			return nil, err
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != sum {
			return nil, fmt.Errorf("%s has the checksum %s, and not %s", name, got, sum)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// wanted are the files that the registries demand, and the SBOMs.
func (r release) wanted(version string) []string {
	names := []string{filepath.Base(r.path(version, "manifest.json"))}
	for _, target := range r.targets {
		archive := filepath.Base(r.archive(version, target))
		names = append(names, archive)
		if r.sboms {
			names = append(names, archive+".cyclonedx.json", archive+".spdx.json")
		}
	}
	slices.Sort(names)
	return names
}

// archive is the path of a platform's archive. The version of ARM is no part of
// it, as Terraform does not look for it.
func (r release) archive(version, target string) string {
	parts := strings.Split(target, "_")
	return r.path(version, parts[0]+"_"+parts[1]+".zip")
}

// checkManifest wants the manifest that is uploaded to be that of the commit.
func (r release) checkManifest(version string) error {
	uploaded, err := os.ReadFile(r.path(version, "manifest.json"))
	if errors.Is(err, os.ErrNotExist) && !r.sboms {
		return nil // It has not been uploaded yet.
	}
	if err != nil {
		return err
	}
	committed, err := os.ReadFile(manifest)
	if err == nil && !bytes.Equal(uploaded, committed) {
		err = errors.New("the manifest is not that of the commit")
	}
	return err
}

// checkArchive looks at what is in an archive, and starts what can be started
// here.
func (r release) checkArchive(ctx context.Context, version, target string) error {
	path := r.archive(version, target)
	archive, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer func() { _ = archive.Close() }() // It is only read.
	binary := project + "_v" + version
	if strings.HasPrefix(target, "windows_") {
		binary += ".exe"
	}
	var names []string
	for _, file := range archive.File {
		names = append(names, file.Name)
	}
	slices.Sort(names)
	if wanted := []string{"CHANGELOG.md", "LICENSE", "README.md", binary}; !slices.Equal(names, wanted) {
		return fmt.Errorf("%s has %q, and not %q", filepath.Base(path), names, wanted)
	}
	if target != runtime.GOOS+"_"+runtime.GOARCH {
		return nil
	}
	return start(ctx, archive, binary, version)
}

// start wants a binary to say its version, and the commit that it is from.
func start(ctx context.Context, archive *zip.ReadCloser, name, version string) error {
	dir, err := os.MkdirTemp("", "unpod-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // As above.
	path := filepath.Join(dir, name)
	if err := extract(archive, name, path); err != nil {
		return err
	}
	said, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s does not start: %w\n%s", name, err, said)
	}
	pattern := "^" + regexp.QuoteMeta(project+" "+version) + ` \([0-9a-f]{40}\)\s*$`
	if !regexp.MustCompile(pattern).Match(said) {
		return fmt.Errorf("%s says %q, and not its version %s and commit", name, said, version)
	}
	return nil
}

// extract writes a file of an archive, with the mode that it has there.
func extract(archive *zip.ReadCloser, name, path string) error {
	in, err := archive.Open(name)
	if err != nil {
		return err
	}
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close(), in.Close())
}

// checkSignature wants the checksums to be signed, in the binary format that the
// registries read.
func (r release) checkSignature(ctx context.Context, version string) error {
	sums := r.path(version, "SHA256SUMS")
	signature, err := os.ReadFile(sums + ".sig")
	if err != nil {
		return err
	}
	if bytes.HasPrefix(signature, []byte("-----BEGIN")) {
		return errors.New("the signature is armored, and the registries want it binary")
	}
	command := exec.CommandContext(ctx, "gpg", "--batch", "--verify", sums+".sig", sums)
	if command.Env = os.Environ(); r.gpgHome != "" {
		command.Env = append(command.Env, "GNUPGHOME="+r.gpgHome)
	}
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("the signature is not good: %w\n%s", err, said)
	}
	return nil
}
