// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Command demo shows the provider at work. It builds the provider, starts a
// local Unpod, and runs the real CLI on a copy of examples/bridge to connect a
// bridge.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// interruptedStatus is the usual exit status after Ctrl-C.
const interruptedStatus = 130

var errTooOld = errors.New("examples/bridge uses terraform_data, which needs Terraform 1.4. Set TF_ACC_TERRAFORM_PATH to a newer version")

func main() {
	// A closed terminal or pipe counts as an interrupt, so that it does not end
	// the process before cleanup.
	ctx, stop := signal.NotifyContext(context.Background(),
		os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	err := run(ctx, os.Stdout, os.Stderr)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err != nil && interrupted:
		fmt.Fprintln(os.Stderr, "\nThe demo was interrupted. Everything that it started or wrote has been cleaned up.")
		os.Exit(interruptedStatus)
	case err != nil:
		fmt.Fprintln(os.Stderr, "\nThe demo failed:", err)
		os.Exit(1)
	}
}

// run shows the whole demo, and cleans up however it ends.
func run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	if _, err := exec.LookPath("curl"); err != nil {
		return fmt.Errorf("examples/bridge needs curl: %w", err)
	}
	show(stdout, "\nThe Unpod provider at work, all on this machine\n\n"+
		"Building the provider from this clone. The first build takes about a minute ...")
	root, err := sandbox.ModuleRoot(ctx)
	if err != nil {
		return err
	}
	box, err := sandbox.New(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	if box.CLI.Name == "terraform" && box.CLI.Minor < 4 {
		return errTooOld
	}
	server, err := unpodtest.Listen(ctx, unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, unpodtest.Documented()...), "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	workspace, err := box.Workspace(filepath.Join(root, "examples", "bridge"))
	if err != nil {
		return err
	}
	show(stdout, "Starting a local Unpod with two provider configurations: "+server.URL+"\n"+
		"Running "+box.CLI.Name+" "+box.CLI.Version+" on a copy of examples/bridge:\n  "+box.CLI.Path)
	connected, err := runCommands(ctx, stdout, stderr, box.CLI.Name, workspace, server)
	if err != nil {
		return err
	}
	show(stdout, fmt.Sprintf(closing, connected[0], connected[1]))
	return nil
}

// runCommands runs the CLI, and returns what the platform has after each apply. It
// applies saved plans, which need no confirmation.
func runCommands(ctx context.Context, stdout, stderr io.Writer, cli string, workspace *sandbox.Workspace, server *unpodtest.Server) (connected []string, err error) {
	env := map[string]string{
		"UNPOD_BASE_URL":   server.URL,
		"UNPOD_API_TOKEN":  unpodtest.Token,
		"UNPOD_ORG_HANDLE": unpodtest.OrgHandle,
		"TF_CLI_ARGS":      "-no-color", // The commands shown do not have it.
	}
	for _, command := range []string{"init", "plan -out=tfplan", "apply tfplan", "plan -destroy -out=tfplan", "apply tfplan"} {
		show(stdout, "\n$ "+cli+" "+command)
		cmd := workspace.Command(ctx, env, strings.Fields(command)...)
		cmd.Stdout, cmd.Stderr = stdout, stderr
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("%s %s: %w", cli, command, err)
		}
		switch command {
		case "init":
			show(stdout, "\n(Terraform warns about the lock file because the provider comes from a mirror on\n"+
				"disk. With a registry, you do not see it.)")
		case "apply tfplan":
			connected = append(connected, describe(server.Connections()))
		}
	}
	return connected, nil
}

// describe lists connections.
func describe(connections []unpodtest.Connection) string {
	var lines []string
	for _, c := range connections {
		lines = append(lines, fmt.Sprintf("%s to bridge %s, through configuration %d at %s", c.PhoneNumber, c.Bridge, c.ProviderConfigID, *c.Provider))
	}
	return cmp.Or(strings.Join(lines, "\n  "), "none")
}

// show writes a text. It ignores errors: if nobody can see the demo, its commands
// fail too.
func show(stdout io.Writer, text string) {
	_, _ = fmt.Fprintln(stdout, text)
}

// closing sums up the demo and suggests what to do next.
const closing = `
That was the real CLI with the provider built from this clone. It installed the
provider from a mirror, looked up a configuration over HTTP, and connected a
number to a bridge with its ID, in a temporary directory that is removed now.
Next, try your own configuration: see README.md.

Connected after the first apply:
  %s
Connected after the second apply:
  %s`
