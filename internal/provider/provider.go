// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package provider is what Terraform sees of Unpod: the provider block and the
// data sources. It knows the client, and nothing of HTTP.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// typeName begins the name of every data source.
const typeName = "unpod"

var (
	_ provider.Provider                   = (*unpodProvider)(nil)
	_ provider.ProviderWithValidateConfig = (*unpodProvider)(nil)
)

// unpodProvider is the provider block.
type unpodProvider struct {
	version string
	// getenv is os.Getenv, but in tests that run side by side with different
	// variables.
	getenv func(string) string
}

// unpodProviderModel is the provider block's values. The list of arguments,
// with what each means, is in settings.go.
type unpodProviderModel struct {
	APIToken       types.String `tfsdk:"api_token"`
	OrgHandle      types.String `tfsdk:"org_handle"`
	BaseURL        types.String `tfsdk:"base_url"`
	RequestTimeout types.String `tfsdk:"request_timeout"`
	MaxRetries     types.Int64  `tfsdk:"max_retries"`
	CACertPEM      types.String `tfsdk:"ca_cert_pem"`
}

// Metadata names the provider.
func (p *unpodProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = typeName
	resp.Version = p.version
}

// Schema describes the provider block. All arguments are optional here, because
// each may come from a variable instead.
func (p *unpodProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads from [Unpod](https://unpod.dev), an open-source platform for AI voice agents.",
		Attributes: map[string]schema.Attribute{
			"api_token":       schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: describe("api_token")},
			"org_handle":      schema.StringAttribute{Optional: true, MarkdownDescription: describe("org_handle")},
			"base_url":        schema.StringAttribute{Optional: true, MarkdownDescription: describe("base_url")},
			"request_timeout": schema.StringAttribute{Optional: true, MarkdownDescription: describe("request_timeout")},
			"max_retries":     schema.Int64Attribute{Optional: true, MarkdownDescription: describe("max_retries")},
			"ca_cert_pem":     schema.StringAttribute{Optional: true, MarkdownDescription: describe("ca_cert_pem")},
		},
	}
}

// ValidateConfig finds what is wrong in the provider block without looking at
// the environment, so that terraform validate says it too.
func (p *unpodProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var model unpodProviderModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	_, diags := resolve(model, func(string) string { return "" })
	resp.Diagnostics.Append(diags...)
}

// Configure makes the client. It sends nothing, and it does not fail where a
// credential is missing: only a read needs it.
func (p *unpodProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model unpodProviderModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	settings, diags := resolve(model, p.getenv)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if len(settings.unknown) > 0 && req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		return
	}
	if settings.sendsTokenInClear() {
		resp.Diagnostics.AddAttributeWarning(path.Root("base_url"), "The API token is sent unencrypted", clearTextDetail)
	}
	settings.options.UserAgent = userAgent(req.TerraformVersion, p.version)
	resp.DataSourceData = &reader{client: unpod.New(settings.options), unready: settings.unready()}
}

// userAgent names both programs that a request comes from.
func userAgent(terraformVersion, version string) string {
	return "Terraform/" + terraformVersion + " (+https://www.terraform.io) terraform-provider-unpod/" + version
}

// DataSources lists what can be read.
func (p *unpodProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newProviderConfigurationsDataSource,
		newProviderConfigurationDataSource,
	}
}

// Resources is empty: this provider changes nothing.
func (p *unpodProvider) Resources(context.Context) []func() resource.Resource { return nil }
