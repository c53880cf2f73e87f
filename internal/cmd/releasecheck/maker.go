// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// targetPattern matches the lines of GoReleaser's configuration that name a
// platform.
var targetPattern = regexp.MustCompile(`(?m)^ {6}- ((?:darwin|freebsd|linux|windows)_\w+)\n`)

// readTargets returns the platforms that GoReleaser's configuration names.
func readTargets(config string) ([]string, error) {
	text, err := os.ReadFile(config)
	if err != nil {
		return nil, err
	}
	var targets []string
	for _, match := range targetPattern.FindAllStringSubmatch(string(text), -1) {
		targets = append(targets, match[1])
	}
	if len(targets) == 0 {
		return nil, fmt.Errorf("%s names no targets", config)
	}
	return targets, nil
}

// maker makes releases of the newest commit, for one platform.
type maker struct {
	tmp, goreleaser, config, target string
	// fingerprint is that of a key for the occasion, empty where there is no
	// gpg.
	fingerprint string
}

// newMaker checks the configuration, and prepares what a release needs.
func newMaker(ctx context.Context, tmp, config, target string) (*maker, error) {
	m := &maker{tmp: tmp, config: filepath.Join(tmp, "goreleaser.yml"), target: target}
	text, err := os.ReadFile(config)
	if err != nil {
		return nil, err
	}
	single := targetPattern.ReplaceAllStringFunc(string(text), func(line string) string {
		if strings.TrimSpace(line) == "- "+target {
			return line
		}
		return ""
	})
	if err := os.WriteFile(m.config, []byte(single), 0o600); err != nil {
		return nil, err
	}
	// The path of the tool itself: started through go, it would be built again
	// with each clone's cache.
	if m.goreleaser, err = m.run(ctx, "", "go", "tool", "-modfile=tools/goreleaser/go.mod", "-n", "goreleaser"); err != nil {
		return nil, err
	}
	for _, each := range []string{config, m.config} {
		if _, err := m.run(ctx, "", m.goreleaser, "check", "--config", each); err != nil {
			return nil, err
		}
	}
	if err := m.makeKey(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// makeKey makes the key that the release is signed with.
func (m *maker) makeKey(ctx context.Context) error {
	if _, err := exec.LookPath("gpg"); err != nil {
		return nil //nolint:nilerr // The release is checked without.
	}
	if err := os.Mkdir(m.gpgHome(), 0o700); err != nil {
		return err
	}
	if _, err := m.run(ctx, "", "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "release@localhost", "ed25519", "sign", "1d"); err != nil {
		return err
	}
	keys, err := m.run(ctx, "", "gpg", "--batch", "--with-colons", "--list-keys")
	if err != nil {
		return err
	}
	_, keys, _ = strings.Cut(keys, "\nfpr:::::::::")
	m.fingerprint, _, _ = strings.Cut(keys, ":")
	return nil
}

func (m *maker) gpgHome() string { return filepath.Join(m.tmp, "gpg") }

// make makes a release in a clone at the path.
func (m *maker) make(ctx context.Context, clone string) (release, error) {
	if _, err := m.run(ctx, "", "git", "clone", "--quiet", ".", clone); err != nil {
		return release{}, err
	}
	skip := "sbom" // They have a time stamp and an id of their own each, and need syft.
	if m.fingerprint == "" {
		skip += ",sign"
	}
	_, err := m.run(ctx, clone, m.goreleaser, "release", "--snapshot", "--skip", skip, "--config", m.config)
	return release{
		dir: filepath.Join(clone, "dist"), targets: []string{m.target},
		signed: m.fingerprint != "", gpgHome: m.gpgHome(),
	}, err
}

// run runs a command in a folder, and returns what it prints.
func (m *maker) run(ctx context.Context, dir, name string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GNUPGHOME="+m.gpgHome(), "GPG_FINGERPRINT="+m.fingerprint)
	if dir != "" {
		command.Env = append(command.Env, "GOCACHE="+dir+".cache")
	}
	var stderr strings.Builder
	command.Stderr = &stderr
	stdout, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", command, err, stdout, &stderr)
	}
	return strings.TrimSpace(string(stdout)), nil
}
