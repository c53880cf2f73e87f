// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fakes makes New run two shell scripts as the CLI and as go. It returns the
// directory for temporary files.
func fakes(t *testing.T, cli, build string) (tmp string) {
	t.Helper()
	bin := t.TempDir()
	writeScript(t, filepath.Join(bin, "terraform"), cli)
	writeScript(t, filepath.Join(bin, "go"), build)
	t.Setenv(pathVariable, "")
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return ownTmp(t)
}

// printVersion is a CLI that New accepts.
const printVersion = `printf 'Terraform v1.11.4\non linux_amd64\n'`

//nolint:paralleltest // It sets environment variables.
func TestNew_failureLeavesNothing(t *testing.T) {
	for want, scripts := range map[string][2]string{
		"version 0 of another program": {"echo version 0 of another program", "exit 0"},
		"no such command":              {"echo no such command; exit 1", "exit 0"},
		"building the provider":        {printVersion, `echo object >"${GOTMPDIR:?}/object"; exit 1`},
	} {
		t.Run(want, func(t *testing.T) {
			tmp := fakes(t, scripts[0], scripts[1])
			if _, err := New(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got error %v, want %q", err, want)
			}
			wantEmpty(t, tmp)
		})
	}
}

//nolint:paralleltest // It sets environment variables.
func TestNew_interruptedBuildLeavesNothing(t *testing.T) {
	ctx, pipe := untilWritten(t)
	tmp := fakes(t, printVersion, `echo object >"${GOTMPDIR:?}/object"; echo started >`+pipe+`; exec sleep 60`)
	if _, err := New(ctx); err == nil || ctx.Err() == nil {
		t.Errorf("got error %v, want one after the build has started", err)
	}
	wantEmpty(t, tmp)
}

// untilWritten returns a context that ends once something is written to the pipe.
func untilWritten(t *testing.T) (context.Context, string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = os.ReadFile(pipe)
		cancel()
	}()
	return ctx, pipe
}

// TestRun_interruptsOnce has a CLI with a child, which is interrupted as well.
func TestRun_interruptsOnce(t *testing.T) {
	t.Parallel()
	ctx, pipe := untilWritten(t)
	s := unbuilt(t, `trap 'n=$((n+1))' INT
(trap 'echo interrupted; exit' INT; echo ready >`+pipe+`; while :; do sleep 0.05; done)
sleep 0.2
exit "$n"`)
	output, err := (&Workspace{s.root, s}).Run(ctx, nil, "plan", "-no-color")
	if output != "interrupted\n" || err == nil || !strings.HasSuffix(err.Error(), "/terraform plan -no-color: exit status 1\ninterrupted") {
		t.Errorf("got output %q and error %v, want one interrupt each, the command and its output", output, err)
	}
}
