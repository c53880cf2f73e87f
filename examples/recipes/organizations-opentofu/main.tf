terraform {
  required_version = ">= 1.9" # OpenTofu only

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

variable "org_handles" {
  description = "Handles of the organizations to read from."
  type        = set(string)
  default     = ["acme-sales", "acme-support"]
}

# The tokens are a separate variable, because for_each does not accept sensitive
# values.
variable "api_tokens" {
  description = "API token for each organization, by its handle."
  type        = map(string)
  sensitive   = true
}

provider "unpod" {
  alias    = "by_handle"
  for_each = var.org_handles

  org_handle = each.key
  api_token  = var.api_tokens[each.key]
}

data "unpod_telephony_provider_configurations" "all" {
  for_each = var.org_handles
  provider = unpod.by_handle[each.key]
}

output "ids" {
  description = "IDs of the configurations of each organization, by its handle."
  value       = { for handle, list in data.unpod_telephony_provider_configurations.all : handle => list.ids }
}
