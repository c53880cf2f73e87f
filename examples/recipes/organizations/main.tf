terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

variable "sales_api_token" {
  description = "API token with access to the sales organization."
  type        = string
  sensitive   = true
}

variable "support_api_token" {
  description = "API token with access to the support organization."
  type        = string
  sensitive   = true
}

variable "support_base_url" {
  description = "Address of the platform that hosts the support organization."
  type        = string
}

# Each block sends its token only to its own base_url. Arguments that a block omits
# come from the environment, so UNPOD_BASE_URL applies to sales.
provider "unpod" {
  alias      = "sales"
  api_token  = var.sales_api_token
  org_handle = "acme-sales"
}

provider "unpod" {
  alias      = "support"
  api_token  = var.support_api_token
  org_handle = "acme-support"
  base_url   = var.support_base_url
}

data "unpod_telephony_provider_configurations" "sales" {
  provider = unpod.sales
}

data "unpod_telephony_provider_configurations" "support" {
  provider = unpod.support
}

output "ids" {
  description = "IDs of the provider configurations of each organization."
  value = {
    sales   = data.unpod_telephony_provider_configurations.sales.ids
    support = data.unpod_telephony_provider_configurations.support.ids
  }
}
