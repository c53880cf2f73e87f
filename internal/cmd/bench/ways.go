// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

const httpSource = "hashicorp/http"

// way is a provider to read the list with, and a place to run it in.
type way struct {
	name      string
	workspace *sandbox.Workspace
	env       map[string]string
	// head is what every configuration begins with.
	head string
}

// ways are this provider and, where it can be had, the http data source.
type ways struct {
	unpod, http *way
}

// all are those that there are, in the order in which they take turns.
func (w ways) all() []*way {
	if w.http == nil {
		return []*way{w.unpod}
	}
	return []*way{w.unpod, w.http}
}

func (b *bench) ways(ctx context.Context) (ways, error) {
	unpod, err := b.newWay("unpod", map[string]string{
		"UNPOD_BASE_URL":   b.server.URL,
		"UNPOD_API_TOKEN":  unpodtest.Token,
		"UNPOD_ORG_HANDLE": unpodtest.OrgHandle,
	}, `
terraform {
  required_providers {
    unpod = {
      source = "unpod-ai/unpod"
    }
  }
}
`)
	if err != nil {
		return ways{}, err
	}
	if _, err := unpod.workspace.Run(ctx, nil, "init", "-no-color"); err != nil {
		return ways{}, err
	}
	http, err := b.httpWay(ctx)
	return ways{unpod: unpod, http: http}, err
}

// httpWay returns nil where the provider is not wanted, and where it was not
// asked for by name and is not to be had.
func (b *bench) httpWay(ctx context.Context) (*way, error) {
	if b.options.http == noHTTP {
		return nil, nil
	}
	if err := b.provideHTTP(); err != nil {
		return nil, err
	}
	http, err := b.newWay("http", map[string]string{
		"TF_VAR_url":       b.server.URL + unpodtest.Path,
		"TF_VAR_api_token": unpodtest.Token,
	}, `
terraform {
  required_providers {
    http = {
      source = "`+httpSource+`"
    }
  }
}

variable "url" {
  type = string
}

variable "api_token" {
  type      = string
  sensitive = true
}

locals {
  headers = {
    Authorization = "Token ${var.api_token}"
    Org-Handle    = "`+unpodtest.OrgHandle+`"
  }
}
`)
	if err != nil {
		return nil, err
	}
	_, err = http.workspace.Run(ctx, nil, "init", "-no-color")
	if err != nil && ctx.Err() == nil && b.options.http == "" {
		b.progress("%v\n\nThe registry does not give the provider %s, and this one is measured alone. To compare\n"+
			"the two, name the folder with its binary in HTTP_PROVIDER_DIR. A configuration that uses it\n"+
			"has such a folder below .terraform/providers, once init has run.\n", err, httpSource)
		return nil, nil
	}
	return http, err
}

// provideHTTP lets init find the provider hashicorp/http.
func (b *bench) provideHTTP() error {
	if b.options.http == "" {
		return b.box.AllowRegistry(httpSource)
	}
	binaries, err := filepath.Glob(filepath.Join(b.options.http, "terraform-provider-http_v*"))
	if err == nil && len(binaries) != 1 {
		err = fmt.Errorf("%s, named by HTTP_PROVIDER_DIR or -http, has %d files terraform-provider-http_v*; it must have one", b.options.http, len(binaries))
	}
	if err != nil {
		return err
	}
	return b.box.Mirror(httpSource, binaries[0])
}

func (b *bench) newWay(name string, env map[string]string, head string) (*way, error) {
	workspace, err := b.box.WorkspaceFromText(head)
	return &way{name: name, workspace: workspace, env: env, head: head}, err
}

// write replaces the configuration. There is nothing to initialize again, for it
// has the same provider.
func (w *way) write(config string) error {
	return os.WriteFile(filepath.Join(w.workspace.Dir, "main.tf"), []byte(w.head+config), 0o600)
}

// plan is terraform plan, which nobody looks at.
func (w *way) plan(ctx context.Context) *exec.Cmd {
	return w.workspace.Command(ctx, w.env, "plan", "-no-color")
}

// outputs runs a plan, and returns what it says of the outputs.
func (w *way) outputs(ctx context.Context) (string, error) {
	output, err := w.workspace.Run(ctx, w.env, "plan", "-no-color")
	if err != nil {
		return "", fmt.Errorf("%s: %w", w.name, err)
	}
	_, changes, found := strings.Cut(output, "\nChanges to Outputs:\n")
	if !found {
		return "", fmt.Errorf("%s: the plan has no outputs:\n%s", w.name, output)
	}
	return changes, nil
}

// runCommand runs a command, with its errors in the error.
func runCommand(cmd *exec.Cmd, run func(*exec.Cmd) error) error {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := run(cmd); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	return nil
}

// versions are those of the CLI and of the providers in the way's workspace.
type versions struct {
	CLI       string            `json:"terraform_version"`
	Providers map[string]string `json:"provider_selections"`
}

func (w *way) versions(ctx context.Context) (versions, error) {
	output, err := w.workspace.Run(ctx, nil, "version", "-json")
	if err != nil {
		return versions{}, err
	}
	var parsed versions
	err = json.Unmarshal([]byte(output), &parsed)
	return parsed, err
}
