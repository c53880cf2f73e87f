// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package provider is what Terraform sees of Unpod: the provider block and the
// data sources. It knows the client, and nothing of HTTP.
package provider

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// typeName begins the name of every data source.
const typeName = "unpod"

var (
	_ provider.Provider                   = (*unpodProvider)(nil)
	_ provider.ProviderWithValidateConfig = (*unpodProvider)(nil)
)

// NewServer returns what makes the server of the provider in the given version.
// The provider reads the process's environment variables when it is configured.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return newServer(version, os.Getenv)
}

func newServer(version string, getenv func(string) string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		return server{providerserver.NewProtocol6(&unpodProvider{version: version, getenv: getenv})()}
	}
}

// unpodProvider is the provider block.
type unpodProvider struct {
	version string
	// getenv is os.Getenv, except in tests that run side by side with different
	// variables.
	getenv func(string) string
}

// unpodProviderModel is the provider block's values. The arguments are described
// in arguments.go.
type unpodProviderModel struct {
	APIToken       types.String `tfsdk:"api_token"`
	OrgHandle      types.String `tfsdk:"org_handle"`
	BaseURL        types.String `tfsdk:"base_url"`
	RequestTimeout types.String `tfsdk:"request_timeout"`
	MaxRetries     types.Number `tfsdk:"max_retries"`
	CACertPEM      types.String `tfsdk:"ca_cert_pem"`
}

// Metadata names the provider.
func (p *unpodProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = typeName
	resp.Version = p.version
}

// Schema describes the provider block. All arguments are optional here, because
// each may come from an environment variable instead.
func (p *unpodProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads from [Unpod](https://unpod.dev), an open-source platform for AI voice agents.",
		Attributes: map[string]schema.Attribute{
			"api_token":       schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: describe("api_token")},
			"org_handle":      schema.StringAttribute{Optional: true, MarkdownDescription: describe("org_handle")},
			"base_url":        schema.StringAttribute{Optional: true, MarkdownDescription: describe("base_url")},
			"request_timeout": schema.StringAttribute{Optional: true, MarkdownDescription: describe("request_timeout")},
			"max_retries":     schema.NumberAttribute{Optional: true, MarkdownDescription: describe("max_retries")},
			"ca_cert_pem":     schema.StringAttribute{Optional: true, MarkdownDescription: describe("ca_cert_pem")},
		},
	}
}

// ValidateConfig reports what is wrong in the provider block, without looking at
// the environment.
func (p *unpodProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var model unpodProviderModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resolve(model, func(string) string { return "" }).block...)
	}
}

// Configure makes the client. It sends nothing, and leaves to the reads what is
// wrong outside of the block: a provider that nothing uses stays silent.
func (p *unpodProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model unpodProviderModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	settings := resolve(model, p.getenv)
	resp.Diagnostics.Append(settings.block...)
	if resp.Diagnostics.HasError() {
		return
	}
	if settings.unknown && req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		return
	}
	data := &providerData{settings: settings}
	if !settings.read.HasError() {
		settings.options.UserAgent = userAgent(req.TerraformVersion, p.version, p.getenv("TF_APPEND_USER_AGENT"))
		data.client = unpod.New(settings.options)
	}
	resp.DataSourceData = data
}

// userAgent names the programs that a request comes from, and what the user
// appends to that.
func userAgent(terraformVersion, version, appended string) string {
	text := "Terraform/" + terraformVersion + " (+https://www.terraform.io) terraform-provider-unpod/" + version
	appended = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsPrint(r) {
			return -1 // A header cannot have it.
		}
		return r
	}, appended)
	return strings.TrimSpace(text + " " + strings.TrimSpace(appended))
}

// DataSources lists what can be read.
func (p *unpodProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newTelephonyProviderConfigurationsDataSource,
		newTelephonyProviderConfigurationDataSource,
	}
}

// Resources is empty: this provider changes nothing.
func (p *unpodProvider) Resources(context.Context) []func() resource.Resource { return nil }

// providerData is what Configure hands to the data sources.
type providerData struct {
	// client is nil if the settings do not allow a read.
	client   *unpod.Client
	settings settings
}

// newProviderData returns what Configure handed over, nil while Terraform only
// validates and nothing is configured.
func newProviderData(handed any) (*providerData, diag.Diagnostics) {
	if handed == nil {
		return nil, nil
	}
	data, ok := handed.(*providerData)
	if !ok {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected provider data",
			fmt.Sprintf("A data source was configured with a %T. This is a bug in the provider. Please report it.", handed))}
	}
	return data, nil
}

// read reads a whole list with one of the client's methods, or says why that is
// not possible.
func read[E any](ctx context.Context, data *providerData, method func(*unpod.Client, context.Context) ([]E, error)) ([]E, diag.Diagnostics) {
	diags := slices.Clip(data.settings.read) // Reads share it.
	if diags.HasError() {
		return nil, diags
	}
	elements, err := method(data.client, ctx)
	if err != nil {
		return nil, append(diags, callDiagnostic(err, data.settings))
	}
	return elements, diags
}
